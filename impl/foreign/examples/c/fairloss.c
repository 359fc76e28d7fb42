/* Speaks to fairloss: one JSON object a line, as PROTOCOL.md says. What it reads
 * is flat, in ASCII, and has no escapes but \" \\ and \u00XX. */
#include "fairloss.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct event {
	uint64_t n, instance, timer;
	char kind[16];
	int self, peer, peers[max_processes], peer_count;
	struct text data;
};

static struct link **links;
static uint64_t link_count;
static const char *separator; /* before the next effect, or part of a key */

void *resize(void *p, size_t size)
{
	p = realloc(p, size);
	if (p == NULL) {
		fputs("out of memory\n", stderr);
		exit(1);
	}
	return p;
}

static void bad(const char *what, const char *line)
{
	fprintf(stderr, "%s: %s\n", what, line);
	exit(1);
}

/* read_line returns the next line, NULL at the end of the input. */
static char *read_line(void)
{
	static char *line;
	static size_t room;
	size_t size = 0;
	int c;

	while ((c = getchar()) != EOF && c != '\n') {
		if (size + 1 >= room)
			line = resize(line, room = 2 * room + 256);
		line[size++] = (char)c;
	}
	if (c == EOF)
		return NULL;
	if (line != NULL)
		line[size] = '\0';
	return line;
}

static unsigned hex(char c)
{
	return isdigit((unsigned char)c) ? (unsigned)(c - '0') : (unsigned)(tolower((unsigned char)c) - 'a' + 10);
}

/* read_text decodes the string at *at in place, and moves *at behind it. */
static struct text read_text(char **at)
{
	char *from = *at + 1, *to = from, *start = from;

	while (*from != '"') {
		if (*from == '\0')
			bad("a string without an end", start);
		if (*from != '\\') {
			*to++ = *from++;
		} else if (from[1] == 'u') {
			*to++ = (char)(hex(from[4]) << 4 | hex(from[5]));
			from += 6;
		} else {
			*to++ = from[1];
			from += 2;
		}
	}
	*at = from + 1;
	return (struct text){start, (size_t)(to - start)};
}

static int is(struct text name, const char *word)
{
	return name.size == strlen(word) && memcmp(name.data, word, name.size) == 0;
}

/* read_value reads the value of one field. */
static void read_value(struct event *e, struct text name, char **at)
{
	if (**at == '[') {
		do {
			++*at;
			e->peers[e->peer_count++] = (int)strtol(*at, at, 10);
		} while (**at == ',' && e->peer_count < max_processes);
		++*at;
	} else if (**at == '"' && is(name, "event")) {
		struct text kind = read_text(at);
		snprintf(e->kind, sizeof e->kind, "%.*s", (int)kind.size, kind.data);
	} else if (**at == '"') {
		e->data = read_text(at);
	} else {
		uint64_t number = strtoull(*at, at, 10);
		if (is(name, "n"))
			e->n = number;
		else if (is(name, "instance"))
			e->instance = number;
		else if (is(name, "timer"))
			e->timer = number;
		else if (is(name, "self"))
			e->self = (int)number;
		else
			e->peer = (int)number;
	}
}

static struct event read_event(char *line)
{
	struct event e = {0};
	char *at = line;

	while (*at == '{' || *at == ',') {
		at++;
		struct text name = read_text(&at);
		at++; /* the colon */
		read_value(&e, name, &at);
	}
	if (*at != '}')
		bad("no event", line);
	return e;
}

static void write_text(struct text t)
{
	putchar('"');
	for (size_t i = 0; i < t.size; i++) {
		unsigned char c = (unsigned char)t.data[i];
		if (c == '"' || c == '\\')
			printf("\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			printf("\\u%04x", c);
		else
			putchar(c);
	}
	putchar('"');
}

static void part(void)
{
	fputs(separator, stdout);
	separator = ",";
}

static void message_effect(const char *what, const char *whose, int peer, const char *field, struct text t)
{
	part();
	printf("{\"do\":\"%s\",\"%s\":%d,\"%s\":", what, whose, peer, field);
	write_text(t);
	putchar('}');
}

void transmit(int to, struct text packet) { message_effect("transmit", "to", to, "packet", packet); }

void deliver(int from, struct text message) { message_effect("deliver", "from", from, "message", message); }

void confirm(int to, struct text message) { message_effect("confirm", "to", to, "message", message); }

void set_timer(uint64_t timer, int at_least_ms, int at_most_ms)
{
	part();
	printf("{\"do\":\"settimer\",\"timer\":%llu,\"at_least_ms\":%d,\"at_most_ms\":%d}", (unsigned long long)timer, at_least_ms,
	       at_most_ms);
}

void cancel_timer(uint64_t timer)
{
	part();
	printf("{\"do\":\"canceltimer\",\"timer\":%llu}", (unsigned long long)timer);
}

void key_number(uint64_t n)
{
	part();
	printf("%llu", (unsigned long long)n);
}

/* key_text writes the length first, so that no two keys run together. */
void key_text(struct text t)
{
	key_number(t.size);
	putchar(':');
	for (size_t i = 0; i < t.size; i++)
		printf("%02x", (unsigned)(unsigned char)t.data[i]);
}

/* begin makes the instance of an event that is its first. */
static struct link *begin(const struct event *e)
{
	if (e->instance >= link_count) {
		links = resize(links, (e->instance + 1) * 2 * sizeof *links);
		memset(links + link_count, 0, ((e->instance + 1) * 2 - link_count) * sizeof *links);
		link_count = (e->instance + 1) * 2;
	}
	return links[e->instance] = link_new(e->self, e->peers, e->peer_count);
}

static void handle(const struct event *e)
{
	struct link *l = e->instance < link_count ? links[e->instance] : NULL;

	if (strcmp(e->kind, "init") == 0)
		link_init(begin(e));
	else if (l == NULL)
		bad("an event of an instance that there is not", e->kind);
	else if (strcmp(e->kind, "send") == 0)
		link_send(l, e->peer, e->data);
	else if (strcmp(e->kind, "receive") == 0)
		link_receive(l, e->peer, e->data);
	else if (strcmp(e->kind, "timeout") == 0)
		link_timeout(l, e->timer);
	else
		bad("an unknown event", e->kind);
}

int main(void)
{
	int has_key = strstr(hello, "\"key\"") != NULL;
	char *line;

	puts(hello);
	while (fflush(stdout) == 0 && (line = read_line()) != NULL) {
		struct event e = read_event(line);
		if (strcmp(e.kind, "drop") == 0) {
			link_free(links[e.instance]);
			links[e.instance] = NULL;
			continue;
		}
		printf("{\"n\":%llu,\"effects\":[", (unsigned long long)e.n);
		separator = "";
		handle(&e);
		putchar(']');
		if (has_key) {
			fputs(",\"key\":\"", stdout);
			separator = "";
			link_key(links[e.instance]);
			putchar('"');
		}
		puts("}");
	}
	return 0;
}
