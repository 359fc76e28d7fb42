/* EACH(a) is a(1) a(2) … a(M): an option of a do loop for each message. */

#ifndef M
#define M 3
#endif
#if M < 1 || M > 8
#error "M is 1 to 8: a set of messages is a byte"
#endif

#define UPTO1(a) a(1)
#define UPTO2(a) UPTO1(a) a(2)
#define UPTO3(a) UPTO2(a) a(3)
#define UPTO4(a) UPTO3(a) a(4)
#define UPTO5(a) UPTO4(a) a(5)
#define UPTO6(a) UPTO5(a) a(6)
#define UPTO7(a) UPTO6(a) a(7)
#define UPTO8(a) UPTO7(a) a(8)
#define UPTO(m, a) UPTO##m(a)
#define EACH_OF(m, a) UPTO(m, a)
#define EACH(a) EACH_OF(M, a)

#define ALL ((1 << M) - 1)
#define BIT(i) (1 << ((i) - 1))
#define HAS(set, i) ((set) & BIT(i))
#define ADD(set, i) set = set | BIT(i)
#define REMOVE(set, i) set = set & ~BIT(i)
