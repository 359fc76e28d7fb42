/* perfect.c without its memory: it delivers every copy. It breaks PL2. */
#define FORGETFUL
#include "perfect.c"
