/** Two copies of one message: which is the newer, and what each of them knows that the other does not. */

import type { Entry, Reaction } from "../protocol.generated";

/**
 * Where a copy comes from. A page was made for oneself; its counts of replies are right unless a reply beyond
 * `through`, the newest entry known when it was asked for, has been counted since. What is pushed was made for
 * everybody: it does not know of replies, nor of all that is one's own.
 */
export type Origin = { readonly kind: "page"; readonly through: number } | { readonly kind: "push" };

/** The origin of what is pushed, or written here. */
export const PUSHED: Origin = { kind: "push" };

/** What is kept of a message when another copy comes. */
export function newerCopy(kept: Entry, added: Entry, origin: Origin): Entry {
    const isNewer = origin.kind === "page" ? added.revision >= kept.revision : added.revision > kept.revision;
    const { replies: _, ...base } = isNewer ? added : kept;
    const replies = newerReplies(kept, added, origin);
    const copy: Entry = { ...base, ...(replies && { replies }) };
    if (isNewer && origin.kind === "push" && added.reactions) copy.reactions = withMine(added.reactions, kept.reactions);
    return kept.hidden || added.hidden ? hiddenCopy(copy) : copy;
}

/** A message as it is kept once one has hidden it for oneself. */
export function hiddenCopy(entry: Entry): Entry {
    const { content: _, ...rest } = entry;
    return { ...rest, hidden: true };
}

function newerReplies(kept: Entry, added: Entry, origin: Origin): Entry["replies"] {
    if (origin.kind === "push") return kept.replies ?? added.replies;
    return kept.replies && kept.replies.last > origin.through ? kept.replies : added.replies;
}

/** A push names the first members only: where there are more, what was known of oneself stays. */
function withMine(reactions: readonly Reaction[], kept: readonly Reaction[] = []): Reaction[] {
    const mine = new Set(kept.filter((reaction) => reaction.mine).map((reaction) => reaction.kind));
    return reactions.map((reaction) => {
        const isKnown = reaction.count <= reaction.users.length;
        return isKnown || !mine.has(reaction.kind) ? reaction : { ...reaction, mine: true };
    });
}
