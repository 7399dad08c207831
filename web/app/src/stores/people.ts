/** People by id. Unknown ones are fetched in the background by the client. */

import { createAtom, type IAtom } from "mobx";
import type { CurlewClient, User } from "@curlew/sdk";
import type { Messages } from "../i18n";

/** Names of people, renewed when they change. */
export class People {
    private readonly atoms = new Map<string, IAtom>();

    constructor(private readonly client: CurlewClient) {}

    /** A person, or null until they are known. */
    get(id: string): User | null {
        let atom = this.atoms.get(id);
        if (!atom) {
            atom = createAtom(`User ${id}`);
            this.atoms.set(id, atom);
        }
        atom.reportObserved();
        return this.client.user(id);
    }

    /** The name to show for a person. */
    name(id: string, t: Messages): string {
        const user = this.get(id);
        return user ? nameOf(user) : t.chats.unknownPerson;
    }

    /** Takes note that people changed. */
    changed(ids: readonly string[]): void {
        for (const id of ids) this.atoms.get(id)?.reportChanged();
    }
}

/** The name to show for a person. */
export function nameOf(user: User): string {
    return user.display_name || user.username;
}
