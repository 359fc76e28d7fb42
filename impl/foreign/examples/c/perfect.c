/* A perfect link: retransmits until acknowledged, and delivers each number once.
 * duplicates.c is what becomes of it when it forgets the numbers. */
#include "fairloss.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef FORGETFUL
const char hello[] = "{\"fairloss\":1,\"name\":\"perfect\",\"guarantee\":\"perfect\",\"offers\":[\"key\"],"
		     "\"doc\":\"Retransmits until acknowledged, and delivers each number once.\"}";
#else
const char hello[] = "{\"fairloss\":1,\"name\":\"duplicates\",\"guarantee\":\"perfect\",\"offers\":[\"key\"],"
		     "\"doc\":\"Delivers every copy of a message.\"}";
#endif

struct numbered {
	uint64_t n;
	char *data;
	size_t size;
};

struct channel {
	int peer;
	uint64_t last;            /* the number given last */
	struct numbered *pending; /* not acknowledged, ascending */
	size_t pending_count;
	uint64_t *seen; /* the numbers delivered, ascending */
	size_t seen_count;
};

struct link {
	struct channel channels[max_processes];
	int count;
};

struct link *link_new(int self, const int *peers, int n)
{
	struct link *l = resize(NULL, sizeof *l);

	(void)self;
	memset(l, 0, sizeof *l);
	for (l->count = 0; l->count < n; l->count++)
		l->channels[l->count].peer = peers[l->count];
	return l;
}

void link_free(struct link *l)
{
	for (int i = 0; i < l->count; i++) {
		for (size_t k = 0; k < l->channels[i].pending_count; k++)
			free(l->channels[i].pending[k].data);
		free(l->channels[i].pending);
		free(l->channels[i].seen);
	}
	free(l);
}

static struct channel *channel_to(struct link *l, int peer)
{
	struct channel *c = l->channels;

	while (c->peer != peer)
		c++;
	return c;
}

void link_init(struct link *l) { (void)l; }

/* transmit_packet transmits kind, number and content with spaces between. */
static void transmit_packet(int to, const char *kind, uint64_t n, struct text content)
{
	char *packet = resize(NULL, content.size + 32);
	int head = snprintf(packet, 32, "%s %llu ", kind, (unsigned long long)n);

	memcpy(packet + head, content.data, content.size);
	transmit(to, (struct text){packet, (size_t)head + content.size});
	free(packet);
}

static void transmit_data(int to, const struct numbered *m)
{
	transmit_packet(to, "data", m->n, (struct text){m->data, m->size});
}

void link_send(struct link *l, int to, struct text message)
{
	struct channel *c = channel_to(l, to);

	c->pending = resize(c->pending, (c->pending_count + 1) * sizeof *c->pending);
	struct numbered *m = &c->pending[c->pending_count++];
	*m = (struct numbered){++c->last, resize(NULL, message.size + 1), message.size};
	memcpy(m->data, message.data, message.size);
	transmit_data(to, m);
	if (c->pending_count == 1)
		set_timer((uint64_t)to, 2, 4);
}

void link_timeout(struct link *l, uint64_t timer)
{
	struct channel *c = channel_to(l, (int)timer);

	for (size_t i = 0; i < c->pending_count; i++)
		transmit_data(c->peer, &c->pending[i]);
	set_timer(timer, 2, 4);
}

static void acknowledged(struct channel *c, uint64_t n)
{
	size_t i = 0;

	while (i < c->pending_count && c->pending[i].n != n)
		i++;
	if (i == c->pending_count)
		return;
	struct numbered m = c->pending[i];
	memmove(&c->pending[i], &c->pending[i + 1], (--c->pending_count - i) * sizeof m);
	if (c->pending_count == 0)
		cancel_timer((uint64_t)c->peer);
	confirm(c->peer, (struct text){m.data, m.size});
	free(m.data);
}

/* deliver_once delivers a number that was not seen before. */
static void deliver_once(struct channel *c, uint64_t n, struct text message)
{
	size_t i = c->seen_count;

	while (i > 0 && c->seen[i - 1] >= n)
		if (c->seen[--i] == n)
			return;
#ifndef FORGETFUL
	c->seen = resize(c->seen, (c->seen_count + 1) * sizeof *c->seen);
	memmove(&c->seen[i + 1], &c->seen[i], (c->seen_count++ - i) * sizeof *c->seen);
	c->seen[i] = n;
#endif
	deliver(c->peer, message);
}

/* read_packet reports whether a packet is one: kind, number, content. */
static int read_packet(struct text packet, const char *kind, uint64_t *n, struct text *content)
{
	size_t i = strlen(kind);

	if (packet.size <= i || memcmp(packet.data, kind, i) != 0)
		return 0;
	for (*n = 0; i < packet.size && packet.data[i] >= '0' && packet.data[i] <= '9' && *n < UINT64_MAX / 10 - 1; i++)
		*n = *n * 10 + (uint64_t)(packet.data[i] - '0');
	if (*n == 0 || i == packet.size || packet.data[i] != ' ' || packet.data[strlen(kind)] == '0')
		return 0;
	*content = (struct text){packet.data + i + 1, packet.size - i - 1};
	return 1;
}

void link_receive(struct link *l, int from, struct text packet)
{
	struct channel *c = channel_to(l, from);
	uint64_t n;
	struct text content;

	if (read_packet(packet, "ack ", &n, &content)) {
		acknowledged(c, n);
	} else if (read_packet(packet, "data ", &n, &content)) {
		deliver_once(c, n, content);
		transmit_packet(from, "ack", n, (struct text){"", 0});
	}
}

static void link_key_of(const struct channel *c)
{
	key_number(c->last);
	key_number(c->pending_count);
	for (size_t i = 0; i < c->pending_count; i++) {
		key_number(c->pending[i].n);
		key_text((struct text){c->pending[i].data, c->pending[i].size});
	}
	key_number(c->seen_count);
	for (size_t i = 0; i < c->seen_count; i++)
		key_number(c->seen[i]);
}

void link_key(struct link *l)
{
	for (int i = 0; i < l->count; i++)
		link_key_of(&l->channels[i]);
}
