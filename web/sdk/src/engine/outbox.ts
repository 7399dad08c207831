/**
 * Sends what was written: in each chat one message after the other in the order of writing, each with the client id
 * it was given when it was written, until the server has it or refuses it for good.
 */

import { ClientError } from "../error";
import type { MessageSent, SendMessage, WireError } from "../protocol.generated";
import type { OutboxRecord } from "../store/records";
import { type Core, Lane, retryWait, unlessLost } from "./core";

/** Answers of `internal` after which a message counts as refused. */
const MAX_FAULTS = 8;

/** Sends the messages of the outbox. */
export class Outbox {
    readonly #core: Core;
    readonly #sent: (item: OutboxRecord, reply: MessageSent) => Promise<void>;
    readonly #lane = new Lane(4);
    readonly #running = new Set<string>();
    readonly #again = new Set<string>();
    readonly #inFlight = new Set<string>();
    readonly #pauses = new Set<() => void>();

    /** @param sent makes a stored message part of the timeline. */
    constructor(core: Core, sent: (item: OutboxRecord, reply: MessageSent) => Promise<void>) {
        this.#core = core;
        this.#sent = sent;
    }

    /** Whether a message is on its way to a chat. */
    isSending(chat: string): boolean {
        return this.#inFlight.has(chat);
    }

    /** Looks for messages to send in all chats: there is a new connection, so nothing waits any longer. */
    async pokeAll(): Promise<void> {
        for (const end of [...this.#pauses]) end();
        const items = await this.#core.store.outbox();
        for (const chat of new Set(items.map((item) => item.chat))) this.poke(chat);
    }

    /** Looks for messages to send in a chat. */
    poke(chat: string): void {
        if (this.#running.has(chat)) {
            this.#again.add(chat);
            return;
        }
        this.#running.add(chat);
        void unlessLost(this.#lane.run(() => this.#sendAll(chat))).finally(() => {
            this.#running.delete(chat);
            if (this.#again.delete(chat)) this.poke(chat);
        });
    }

    async #sendAll(chat: string): Promise<void> {
        for (;;) {
            this.#again.delete(chat);
            // Read once for many: with hundreds waiting, reading them anew for each would cost more than sending.
            const waiting = (await this.#core.store.outbox(chat)).filter((item) => !item.error);
            if (waiting.length === 0) return;
            for (const item of waiting) await this.#sendOne(item);
        }
    }

    /** Tries until the server has the message or refuses it for good. */
    async #sendOne(item: OutboxRecord): Promise<void> {
        for (let failures = 1; ; failures += 1) {
            try {
                return await this.#send(item);
            } catch (error) {
                if (!(error instanceof ClientError) || error.code === "offline") throw error;
                if (error.code === "unauthorized") throw error;
                if (error.isFinal || (error.code === "internal" && failures >= MAX_FAULTS)) {
                    return this.#refuse(item, error);
                }
                await this.#pause(retryWait(this.#core.platform, failures, error));
            }
        }
    }

    #pause(ms: number): Promise<void> {
        return new Promise((resolve) => {
            const end = (): void => {
                stopTimer();
                this.#pauses.delete(end);
                resolve();
            };
            const stopTimer = this.#core.platform.clock.after(ms, end);
            this.#pauses.add(end);
        });
    }

    async #send(item: OutboxRecord): Promise<void> {
        const message = toWire(item);
        const refusal = this.#refusal(message);
        if (refusal) throw ClientError.of(refusal);
        this.#inFlight.add(item.chat);
        try {
            const reply = await this.#core.request("message.send", message);
            this.#inFlight.delete(item.chat);
            await this.#sent(item, reply);
        } finally {
            this.#inFlight.delete(item.chat);
        }
    }

    /** What the server would answer by closing the connection, again and again, is refused here. */
    #refusal(message: SendMessage): WireError | null {
        const limits = this.#core.limits();
        if (!limits) return null;
        const bytes = (text: string): number => new TextEncoder().encode(text).length;
        const text = message.content.type === "text" ? String(message.content["text"]) : "";
        const frame = bytes(JSON.stringify(message)) + 128;
        if (bytes(text) <= limits.text_bytes && frame <= limits.frame_bytes) return null;
        const reason = "the text is too long";
        return { code: "too_large", message: reason, field: "content.text", retry: "never", outcome: "none" };
    }

    async #refuse(item: OutboxRecord, error: ClientError): Promise<void> {
        const { message } = error;
        const wire: WireError = error.wire ?? { code: "internal", message, retry: "never", outcome: "unknown" };
        await this.#core.write(async (work) => {
            const kept = await work.outboxItem(item.clientId);
            if (kept) work.putOutbox({ ...kept, error: wire });
        });
    }
}

function toWire(item: OutboxRecord): SendMessage {
    return {
        chat: item.chat,
        client_id: item.clientId,
        content: item.content,
        ...(item.replyTo !== null && { reply_to: item.replyTo }),
        ...(item.thread !== null && { thread: item.thread }),
        ...(item.mentions.length > 0 && { mentions: [...item.mentions] }),
        ...(item.mentionAll && { mention_all: true }),
    };
}
