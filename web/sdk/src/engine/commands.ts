/** What tabs ask of the one that leads. */

import type {
    AddMembers,
    CreateChat,
    LeaveChat,
    Login,
    Member,
    Reactor,
    ReadMark,
    Register,
    RemoveMember,
    Revision,
    ServerInfo,
    Session,
    SetRole,
    UpdateChat,
    UpdateUser,
    User,
} from "../protocol.generated";
import type { KeptPage } from "./threads";

/** Commands that go from tab to tab: plain data in, plain data out. */
export interface Commands {
    serverInfo(): Promise<ServerInfo>;
    register(params: Register): Promise<void>;
    login(params: Login): Promise<void>;
    logout(): Promise<void>;
    changePassword(old: string, next: string): Promise<{ ended: number }>;
    sessions(): Promise<Session[]>;
    endSession(id: string): Promise<void>;
    updateProfile(params: UpdateUser): Promise<void>;
    wantUsers(ids: readonly string[]): Promise<void>;
    findUser(username: string): Promise<User | null>;
    loadMoreChats(): Promise<void>;
    createChat(params: CreateChat): Promise<string>;
    updateChat(params: UpdateChat): Promise<void>;
    setRole(params: SetRole): Promise<void>;
    addMembers(params: AddMembers): Promise<void>;
    removeMember(params: RemoveMember): Promise<void>;
    leaveChat(params: LeaveChat): Promise<void>;
    members(chat: string): Promise<Member[]>;
    /** Stamps of unread messages that speak to oneself, the oldest first. */
    mentions(chat: string): Promise<number[]>;
    readers(chat: string, stamp: number): Promise<ReadMark[]>;
    reactors(chat: string, stamp: number): Promise<Reactor[]>;
    history(chat: string, stamp: number): Promise<Revision[]>;
    /** Loads entries before `end` into the store. */
    older(chat: string, end: number): Promise<void>;
    /** Loads entries after `start` into the store. */
    newer(chat: string, start: number): Promise<void>;
    /** Loads entries on both sides of a stamp into the store. */
    around(chat: string, stamp: number): Promise<void>;
    /** Loads the newest entries into the store. */
    latest(chat: string): Promise<void>;
    /** Loads the page of a thread before a stamp, or its newest page, into the store. */
    thread(chat: string, root: number, before: number | null): Promise<KeptPage>;
    /** Loads messages that are not kept into the store. @returns the stamps at which there are none. */
    fetchMessages(chat: string, stamps: readonly number[]): Promise<number[]>;
    markRead(chat: string, stamp: number): Promise<void>;
}

/** Name of a command. */
export type CommandName = keyof Commands;

/** Commands that must not be given twice when it is not known whether the first was carried out. */
export const UNREPEATABLE: ReadonlySet<CommandName> = new Set(["register", "login", "changePassword"]);
