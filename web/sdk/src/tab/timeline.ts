/** A window over one chat's timeline: entries from the store, and what is not sent yet. */

import type { Commands } from "../engine/commands";
import { unlessLost } from "../engine/core";
import { ClientError } from "../error";
import type { Mirror } from "../mirror";
import { cutRun, joinRuns, newest, type Range, replaceInRun, type Run, touches } from "../store/ranges";
import type { Changes, ChatRecord, EntryNews, Slice } from "../store/records";
import type { Store } from "../store/store";
import type { TimelineItem, TimelineView } from "../views";
import { Items } from "./items";

/** What a window works with. */
export interface TimelineContext {
    readonly store: () => Store;
    readonly mirror: Mirror;
    readonly commands: Pick<Commands, "older" | "newer" | "around" | "latest">;
    /** Items or flags are others now. */
    readonly changed: (chat: string) => void;
    readonly closed: (timeline: Timeline) => void;
}

const PAGE = 50;
/** Fewer than this do not fill a screen. */
const SCREENFUL = 30;

/** One open window. The run it shows grows at both ends; news that touch it are joined. */
export class Timeline implements TimelineView {
    readonly chat: string;
    readonly firstUnread: number | null;
    items: readonly TimelineItem[] = [];
    hasOlder = false;
    hasNewer = false;
    loading: TimelineView["loading"] = "initial";
    readonly #context: TimelineContext;
    readonly #items: Items;
    #run: Run | null = null;
    /** What came while the store was being read. */
    #arrived: Slice[] | null = null;
    /** Entries that became others while the store was being read. */
    readonly #replaced: EntryNews[] = [];
    #reads = 0;
    #busy: Promise<void>;
    #isClosed = false;

    constructor(context: TimelineContext, chat: string) {
        this.#context = context;
        this.chat = chat;
        this.#items = new Items(context.mirror, chat);
        const record = this.#record;
        this.firstUnread = record && record.unread > 0 ? record.read : null;
        this.#busy = this.#loadLatest("initial");
        this.#show();
    }

    loadOlder(): Promise<void> {
        return this.#load("older", () => this.#older());
    }

    loadNewer(): Promise<void> {
        return this.#load("newer", () => this.#newer());
    }

    async jumpTo(stamp: number): Promise<void> {
        await this.#busy.catch(() => undefined);
        if (this.#run && covers(this.#run, stamp)) return;
        await this.#load("initial", () => this.#around(stamp));
    }

    async jumpToFirstUnread(): Promise<void> {
        if (this.firstUnread === null) return;
        const mark = Math.max(this.firstUnread, this.#record?.floor ?? 0);
        await this.#busy.catch(() => undefined);
        if (this.#run && this.#run.after <= mark && mark < this.#run.through) return;
        await this.#load("initial", () => this.#from(mark));
    }

    async jumpToLatest(): Promise<void> {
        await this.#busy.catch(() => undefined);
        if (!this.hasNewer) return;
        this.#busy = this.#loadLatest("newer");
        await this.#busy;
    }

    close(): void {
        this.#isClosed = true;
        this.#context.closed(this);
    }

    /** Takes news in. */
    apply(changes: Changes): void {
        if (changes.dropped.includes(this.chat)) {
            this.#run = null;
            this.#arrived = null;
            this.#busy = this.#loadLatest("initial");
        }
        for (const slice of changes.slices) if (slice.chat === this.chat) this.#take(slice);
        const news = changes.entries.filter((one) => one.chat === this.chat);
        for (const one of news) this.#replace(one);
        const isMine = changes.chats.some((chat) => chat.id === this.chat) || changes.removed.includes(this.chat);
        if (isMine || news.length > 0 || changes.dropped.includes(this.chat)) this.refresh();
    }

    /** Shows nothing any more: everything local was erased. */
    clear(): void {
        this.#run = null;
        this.#arrived = null;
        this.refresh();
    }

    /** Shows what is known now: the outbox has changed. */
    refresh(): void {
        this.#show();
        if (!this.#isClosed) this.#context.changed(this.chat);
    }

    get #record(): ChatRecord | null {
        return this.#context.mirror.chats.get(this.chat) ?? null;
    }

    #take(slice: Slice): void {
        if (slice.epoch !== this.#record?.epoch) return;
        if (this.#arrived) this.#arrived.push(slice);
        else if (this.#run && touches(this.#run, slice)) this.#run = joinRuns(this.#run, slice);
        else if (!this.#run) this.#busy = this.#loadLatest("initial");
    }

    #replace(news: EntryNews): void {
        if (this.#reads > 0) this.#replaced.push(news);
        if (this.#run) this.#run = replaceInRun(this.#run, news.stamp, news.entry);
    }

    /** One load at a time; asking again meanwhile waits for the one under way. */
    #load(what: "older" | "newer" | "initial", load: () => Promise<void>): Promise<void> {
        if (this.loading !== "none") return this.#busy;
        this.loading = what;
        this.refresh();
        this.#busy = load().finally(() => {
            this.loading = "none";
            this.refresh();
        });
        return this.#busy;
    }

    async #loadLatest(what: TimelineView["loading"]): Promise<void> {
        this.loading = what;
        try {
            await unlessLost(this.#readLatest());
            this.refresh();
            await unlessLost(this.#fill());
        } finally {
            this.loading = "none";
            this.refresh();
        }
    }

    #readLatest(): Promise<void> {
        return this.#read((record) => {
            const range = newest(record.ranges);
            return range ? this.#lastRun(range, range.through) : Promise.resolve(null);
        });
    }

    /** Asks the server for a first screen where the store has less. */
    async #fill(): Promise<void> {
        if (!this.#record) return;
        if (!this.#run) {
            if (this.#record.last) return;
            await this.#context.commands.latest(this.chat);
        } else if (this.#run.entries.length < SCREENFUL && this.hasOlder) {
            await this.#older();
        }
    }

    /** Reads a run from the store without missing what is stored meanwhile. */
    async #read(read: (record: ChatRecord) => Promise<Run | null>): Promise<void> {
        const record = this.#record;
        if (!record) return;
        const arrived: Slice[] = [];
        this.#arrived = arrived;
        const run = await this.#noting(() => read(record));
        if (this.#arrived !== arrived) return;
        this.#arrived = null;
        if (run) this.#run = run;
        for (const slice of arrived) this.#take(slice);
    }

    /** Reads a run from the store; what became another meanwhile is that other one. */
    async #noting<T extends Run | null>(read: () => Promise<T>): Promise<Run | T> {
        this.#reads += 1;
        try {
            const run = await read();
            return run && this.#replaced.reduce<Run>((next, { stamp, entry }) => replaceInRun(next, stamp, entry), run);
        } finally {
            this.#reads -= 1;
            if (this.#reads === 0) this.#replaced.length = 0;
        }
    }

    async #lastRun(range: Range, through: number): Promise<Run> {
        const entries = await this.#context.store().last(this.chat, range.after, through, PAGE);
        return { after: entries.length < PAGE ? range.after : (entries[0]?.prev ?? range.after), through, entries };
    }

    async #firstRun(range: Range, after: number): Promise<Run> {
        const entries = await this.#context.store().first(this.chat, after, range.through, PAGE);
        const through = entries.length < PAGE ? range.through : (entries.at(-1)?.stamp ?? range.through);
        return { after, through, entries };
    }

    async #older(): Promise<void> {
        const run = this.#run;
        if (!run || !this.hasOlder) return;
        const range = this.#record?.ranges.find((kept) => kept.after < run.after && run.after <= kept.through);
        const kept = range && (await this.#noting(() => this.#lastRun(range, run.after)));
        if (kept && kept.after < run.after) this.#join(kept);
        if (kept && kept.entries.length > 0) return;
        const end = kept?.after ?? run.after;
        if (end > (this.#record?.floor ?? 0)) await this.#context.commands.older(this.chat, end);
    }

    async #newer(): Promise<void> {
        const run = this.#run;
        if (!run || !this.hasNewer) return;
        const range = this.#record?.ranges.find((kept) => kept.after <= run.through && run.through < kept.through);
        if (range) this.#join(await this.#noting(() => this.#firstRun(range, run.through)));
        else await this.#context.commands.newer(this.chat, run.through);
    }

    async #around(stamp: number): Promise<void> {
        if (!this.#rangeAt(stamp)) await this.#context.commands.around(this.chat, stamp);
        const range = this.#rangeAt(stamp);
        if (!range) throw new ClientError("not_found", "no such entry");
        await this.#read(async () =>
            joinRuns(await this.#lastRun(range, stamp), await this.#firstRun(range, stamp)),
        );
    }

    /** Shows what stands right after a stamp. */
    async #from(mark: number): Promise<void> {
        const find = (): Range | undefined =>
            this.#record?.ranges.find((range) => range.after <= mark && mark < range.through);
        if (!find()) await this.#context.commands.newer(this.chat, mark);
        const range = find();
        if (!range) return;
        await this.#read(async () => joinRuns(await this.#lastRun(range, mark), await this.#firstRun(range, mark)));
    }

    #rangeAt(stamp: number): Range | undefined {
        return this.#record?.ranges.find((range) => covers(range, stamp));
    }

    #join(run: Run): void {
        if (this.#run && touches(this.#run, run)) this.#run = joinRuns(this.#run, run);
    }

    #show(): void {
        const record = this.#record;
        if (this.#run && record) this.#run = cutRun(this.#run, record.floor);
        const through = newest(record?.ranges ?? [])?.through ?? 0;
        this.hasOlder = this.#run !== null && record !== null && this.#run.after > record.floor;
        this.hasNewer = this.#run !== null && this.#run.through < through;
        const entries = this.#run?.entries ?? [];
        const stored = this.#items.stored(entries);
        this.items = this.hasNewer ? stored : [...stored, ...this.#items.unsent(entries, null, this.#run?.through ?? 0)];
    }
}

function covers(range: Range, stamp: number): boolean {
    return range.after < stamp && stamp <= range.through;
}
