/* A link for fairloss in C11: define the functions below for a struct link of
 * your own, and compile them together with fairloss.c. */
#ifndef FAIRLOSS_H
#define FAIRLOSS_H

#include <stddef.h>
#include <stdint.h>

enum { max_processes = 15 };

/* Bytes, of any value. Nobody changes them. */
struct text {
	const char *data;
	size_t size;
};

/* What the link defines. Handlers call the effects below, in order. What a text
 * points to is gone when the function returns. */
extern const char hello[]; /* the first line, as in PROTOCOL.md; offer "key" or nothing */
struct link *link_new(int self, const int *peers, int n);
void link_free(struct link *l);
void link_init(struct link *l);
void link_send(struct link *l, int to, struct text message);
void link_receive(struct link *l, int from, struct text packet);
void link_timeout(struct link *l, uint64_t timer);
void link_key(struct link *l); /* calls key_number and key_text */

/* Effects. */
void transmit(int to, struct text packet);
void deliver(int from, struct text message);
void confirm(int to, struct text message);
void set_timer(uint64_t timer, int at_least_ms, int at_most_ms);
void cancel_timer(uint64_t timer);

/* Parts of a key. */
void key_number(uint64_t n);
void key_text(struct text t);

/* resize is realloc that does not fail. */
void *resize(void *p, size_t size);

#endif
