/** Drafts of other devices, taken in without touching what is being written here. */

import type { Draft } from "../protocol.generated";
import type { Work } from "./work";

/** Takes in what the server keeps. What is written here and not told to the server yet is newer. */
export async function applyDraft(work: Work, chat: string, draft: Draft | null): Promise<void> {
    const kept = await work.draft(chat);
    if (kept?.isPending || (draft && kept && kept.updatedMs >= draft.updated_ms)) return;
    if (!draft && !kept) return;
    work.putDraft({
        chat,
        text: draft?.text ?? "",
        replyTo: draft?.reply_to ?? null,
        updatedMs: draft?.updated_ms ?? 0,
        isPending: false,
    });
}
