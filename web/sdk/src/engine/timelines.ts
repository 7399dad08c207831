/**
 * Keeps the cached timelines equal to the server's: joins what is pushed and what is sent, and pulls what is missing.
 *
 * Everything that arrives is a run (see `store/ranges.ts`). One that touches the newest range is kept; one that
 * leaves a gap waits while the missing part is pulled.
 */

import { ClientError } from "../error";
import type { Cancel } from "../platform";
import type { Entry, MessageSent, PullTimeline, TimelinePage } from "../protocol.generated";
import { type Origin, PUSHED } from "../store/copies";
import { type Sight, sightOf, stepBack } from "../store/positions";
import { newest, type Run, runAfter, runAround, runBefore, runOfEntry, touches } from "../store/ranges";
import type { ChatRecord, OutboxRecord } from "../store/records";
import { applyRow, dropTimeline, mergeRun } from "../store/timeline";
import type { Work } from "../store/work";
import type { ChatChanges } from "./changes";
import { type Core, Lane, persist, unlessLost } from "./core";

/** An entry as it is pushed. */
export interface EntryPush {
    readonly chat: string;
    readonly epoch: string;
    readonly entry: Entry;
}

type Taken = "kept" | "old" | "gap" | "broken" | "unknown";

const PAGE = 200;
const FIRST_PAGE = 50;
/** Further behind than this, the newest page comes first and the rest when somebody looks at it. */
export const FAR_BEHIND = 1_000;
const MAX_ROUNDS = 20;
const MAX_WAITING = 200;
/** How long a gap next to a message of one's own may last: the missing reply or push is most likely on its way. */
const PATIENCE_MS = 300;

interface Patience {
    readonly stop: Cancel;
    readonly over: Promise<void>;
    readonly end: () => void;
}

/** The cached timelines of all chats. */
export class Timelines {
    readonly #core: Core;
    readonly #isSending: (chat: string) => boolean;
    readonly #refresh: (chat: string) => void;
    readonly #changes: ChatChanges;
    readonly #lane = new Lane(4);
    readonly #waiting = new Map<string, EntryPush[]>();
    readonly #healing = new Map<string, Promise<void>>();
    readonly #again = new Set<string>();
    readonly #patience = new Map<string, Patience>();

    /**
     * @param isSending whether a message of one's own is on its way to a chat.
     * @param refresh asks for a chat's row anew.
     */
    constructor(
        core: Core,
        changes: ChatChanges,
        isSending: (chat: string) => boolean,
        refresh: (chat: string) => void,
    ) {
        this.#core = core;
        this.#changes = changes;
        this.#isSending = isSending;
        this.#refresh = refresh;
    }

    /** Forgets what waited: the next connection starts from the cursors. */
    reset(): void {
        this.#waiting.clear();
        for (const patience of this.#patience.values()) patience.end();
    }

    /** Takes pushed entries in, all in one transaction. */
    async accept(pushes: readonly EntryPush[]): Promise<void> {
        const outcome = new Map<string, Taken>();
        const systems = new Set<string>();
        await this.#core.write(async (work) => {
            for (const push of pushes) {
                const taken = await this.#take(work, push);
                if (taken === "kept" && push.entry.kind === "system") systems.add(push.chat);
                if (taken === "gap" || taken === "unknown") this.#hold(push);
                if (taken !== "old") outcome.set(push.chat, taken);
            }
        });
        for (const chat of systems) this.#refresh(chat);
        for (const [chat, taken] of outcome) {
            if (taken === "unknown") this.#refresh(chat);
            else if (taken === "broken") void this.heal(chat);
            else if (this.#waiting.has(chat)) void this.#healSoon(chat);
            else this.#patience.get(chat)?.end();
        }
    }

    /** Takes in that a message of one's own is stored. Ends when it is part of the timeline. */
    async sent(item: OutboxRecord, reply: MessageSent): Promise<void> {
        const me = this.#core.mirror.session?.account.id;
        const push = { chat: reply.chat, epoch: reply.epoch, entry: ownEntry(me, item, reply) };
        const outcome: { taken: Taken } = { taken: "old" };
        await this.#core.write(async (work) => {
            outcome.taken = await this.#take(work, push);
            if (outcome.taken === "gap") return this.#hold(push);
            const left = await work.outboxItem(item.clientId);
            if (left) work.removeOutbox(left);
        });
        if (outcome.taken === "gap") await this.#healSoon(reply.chat, true);
        else if (outcome.taken === "broken") await this.heal(reply.chat);
        else if (outcome.taken === "unknown") this.#refresh(reply.chat);
        else if (!this.#waiting.has(reply.chat)) this.#patience.get(reply.chat)?.end();
    }

    /** Brings a chat's newest range up to the newest entry. Asked again meanwhile, it looks again. */
    heal(chat: string): Promise<void> {
        this.#patience.get(chat)?.end();
        const running = this.#healing.get(chat);
        if (running) {
            this.#again.add(chat);
            return running;
        }
        const healing = unlessLost(this.#lane.run(() => this.#healOrLeave(chat))).finally(() => {
            this.#healing.delete(chat);
            if (this.#again.delete(chat)) void this.heal(chat);
        });
        this.#healing.set(chat, healing);
        return healing;
    }

    /** Brings a chat up to date if anything newer is known than what is kept of it. */
    async catchUp(chat: string): Promise<void> {
        if (this.#waiting.has(chat)) await this.#core.write((work) => this.#takeWaiting(work, chat));
        const record = this.#core.mirror.chats.get(chat);
        const isBehind = (record?.last?.stamp ?? 0) > (newest(record?.ranges ?? [])?.through ?? 0);
        if (record && (isBehind || this.#waiting.has(chat))) await this.heal(chat);
    }

    /**
     * Starts the kept timeline anew with its newest page: what is kept is of no use, or too far behind to be joined
     * (nobody would know which replies the part between had). Asks for the row too, since what was passed over is
     * not counted.
     */
    async reload(chat: string): Promise<void> {
        await this.#changes.place(chat);
        const sight = sightOf(this.#core.mirror.chats.get(chat));
        const page = await persist(this.#core, "timeline.pull", { chat, limit: FIRST_PAGE });
        if (page.epoch !== (this.#core.mirror.chats.get(chat)?.epoch ?? page.epoch)) return this.#reborn(chat, page.epoch);
        const row = await persist(this.#core, "chat.get", { chat });
        await this.#write(chat, sight, async (work) => {
            const kept = await work.chat(chat);
            if (kept && kept.ranges.length > 0) dropTimeline(work, kept, page.epoch);
            const record = await applyRow(work, row, this.#core.platform.clock.now());
            const run = runBefore(page);
            const isJoined = run && record.changes && record.epoch === page.epoch;
            if (isJoined) await mergeRun(work, record, run, fromPage(sight), page.floor);
            await this.#takeWaiting(work, chat);
        });
    }

    /** The chat has another life: its changes start anew as well. */
    async #reborn(chat: string, epoch: string): Promise<void> {
        await this.#core.write(async (work) => {
            const kept = await work.chat(chat);
            if (kept && kept.epoch !== epoch) dropTimeline(work, kept, epoch);
        });
        await this.reload(chat);
    }

    /** Loads entries before `end`, up to which nothing is missing. */
    async older(chat: string, end: number): Promise<void> {
        await this.#load(chat, { before: end + 1 }, (page) => runBefore(page, end));
    }

    /** Loads entries after `start`. */
    async newer(chat: string, start: number): Promise<void> {
        const epoch = this.#core.mirror.chats.get(chat)?.epoch;
        await this.#load(chat, { after: start, ...(epoch && { epoch }) }, (page) => runAfter(start, page));
    }

    /** Loads entries on both sides of a stamp. */
    async around(chat: string, stamp: number): Promise<void> {
        await this.#load(chat, { around: stamp }, runAround);
    }

    async #load(chat: string, where: Partial<PullTimeline>, proves: (page: TimelinePage) => Run | null): Promise<void> {
        await this.#changes.place(chat);
        const sight = sightOf(this.#core.mirror.chats.get(chat));
        const page = await persist(this.#core, "timeline.pull", { chat, ...where, limit: FIRST_PAGE });
        if (page.reset) await this.reload(chat);
        else await this.#keep(chat, page, proves(page), sight);
    }

    async #keep(chat: string, page: TimelinePage, run: Run | null, sight: Sight): Promise<void> {
        let isOther = false;
        await this.#write(chat, sight, async (work) => {
            const record = await work.chat(chat);
            isOther = record !== undefined && record.epoch !== page.epoch;
            if (record && run && !isOther) await mergeRun(work, record, run, fromPage(sight), page.floor);
        });
        if (isOther) await this.reload(chat);
    }

    /** Keeps what an answer brought, then applies the changes again that came between the question and it. */
    async #write(chat: string, sight: Sight, change: (work: Work) => Promise<void>): Promise<void> {
        let isLate = false;
        await this.#core.write(async (work) => {
            await change(work);
            isLate = await stepBack(work, chat, sight);
        });
        if (isLate) void this.#changes.pull(chat);
    }

    async #healOrLeave(chat: string): Promise<void> {
        try {
            await this.#heal(chat);
        } catch (error) {
            // No longer a member, most likely; the row will tell.
            if (error instanceof ClientError && error.isFinal) this.#refresh(chat);
            throw error;
        }
    }

    async #heal(chat: string): Promise<void> {
        for (let round = 0; round < MAX_ROUNDS; round += 1) {
            this.#again.delete(chat);
            const stored = new Set(this.#waiting.get(chat));
            const record = this.#core.mirror.chats.get(chat);
            const known = newest(record?.ranges ?? []);
            if (!record) return;
            if (!known || (await this.#isFarBehind(record))) return this.reload(chat);
            const sight = sightOf(record);
            const params = { chat, after: known.through, epoch: record.epoch, limit: PAGE };
            const page = await persist(this.#core, "timeline.pull", params);
            if (page.reset) return this.reload(chat);
            const run = runAfter(known.through, page);
            await this.#keep(chat, page, run, sight);
            if (page.has_more && run) continue;
            await this.#core.write((work) => this.#takeWaiting(work, chat));
            return this.#giveUpWaiting(chat, stored);
        }
        await this.reload(chat);
    }

    /** What was pushed before the last page was asked for and is not in it does not exist: the store lost it. */
    #giveUpWaiting(chat: string, stored: ReadonlySet<EntryPush>): void {
        const left = (this.#waiting.get(chat) ?? []).filter((push) => !stored.has(push));
        if (left.length === 0) this.#waiting.delete(chat);
        else {
            this.#waiting.set(chat, left);
            this.#again.add(chat);
        }
    }

    async #isFarBehind(record: ChatRecord): Promise<boolean> {
        const known = newest(record.ranges);
        const pushed = (this.#waiting.get(record.id) ?? []).map((push) => push.entry.ordinal);
        const target = Math.max(record.last?.ordinal ?? 0, ...pushed);
        if (!known || target <= FAR_BEHIND) return false;
        const [last] = await this.#core.store.last(record.id, known.after, known.through, 1);
        return last !== undefined && target - last.ordinal > FAR_BEHIND;
    }

    /** Waits a little for what is most likely on its way, then pulls. */
    async #healSoon(chat: string, isOwn = false): Promise<void> {
        if (!isOwn && !this.#isSending(chat)) return this.heal(chat);
        const running = this.#patience.get(chat);
        const patience = running ?? this.#startPatience(chat);
        await patience.over;
        if (this.#waiting.has(chat)) await this.heal(chat);
    }

    #startPatience(chat: string): Patience {
        let resolve = (): void => undefined;
        const over = new Promise<void>((done) => (resolve = done));
        const end = (): void => {
            patience.stop();
            this.#patience.delete(chat);
            resolve();
        };
        const patience: Patience = { stop: this.#core.platform.clock.after(PATIENCE_MS, end), over, end };
        this.#patience.set(chat, patience);
        return patience;
    }

    #hold(push: EntryPush): void {
        const waiting = this.#waiting.get(push.chat) ?? [];
        if (waiting.length < MAX_WAITING) waiting.push(push);
        this.#waiting.set(push.chat, waiting);
    }

    async #take(work: Work, push: EntryPush): Promise<Taken> {
        const record = await work.chat(push.chat);
        if (!record?.changes) return "unknown";
        if (record.epoch !== push.epoch) return "broken";
        const known = newest(record.ranges);
        const run = runOfEntry(push.entry);
        if (known && run.through <= known.through) return "old";
        if (known && !touches(known, run)) return "gap";
        // An entry that follows something older than our newest says that our newest does not exist (any more).
        if (known && run.after < known.through && (await isKept(work, record.id, known.through))) return "broken";
        await mergeRun(work, record, run, PUSHED);
        await this.#takeWaiting(work, push.chat);
        return "kept";
    }

    async #takeWaiting(work: Work, chat: string): Promise<void> {
        const waiting = this.#waiting.get(chat);
        if (!waiting) return;
        this.#waiting.delete(chat);
        waiting.sort((a, b) => a.entry.stamp - b.entry.stamp);
        for (const push of waiting) {
            if ((await this.#take(work, push)) === "gap") this.#hold(push);
        }
    }
}

async function isKept(work: Work, chat: string, stamp: number): Promise<boolean> {
    return (await work.entries.at(chat, stamp)) !== undefined;
}

function fromPage(sight: Sight): Origin {
    return { kind: "page", through: sight.through };
}

function ownEntry(me: string | undefined, item: OutboxRecord, reply: MessageSent): Entry {
    return {
        stamp: reply.stamp,
        prev: reply.prev,
        ordinal: reply.ordinal,
        kind: "message",
        ...(me !== undefined && { sender: me }),
        client_id: item.clientId,
        revision: 0,
        content: item.content,
        ...(item.replyTo !== null && { reply_to: item.replyTo }),
        ...(item.thread !== null && { thread: item.thread }),
        ...(item.mentions.length > 0 && { mentions: [...item.mentions] }),
        ...(item.mentionAll && { mention_all: true }),
    };
}
