/** A round sign for a person or a chat: initials on a colour that stays. */

import { Bookmark } from "lucide-react";
import { hue, initials } from "../text/names";

interface AvatarProps {
    /** Whom the colour belongs to. */
    id: string;
    name: string;
    size?: "s" | "m" | "l" | "xl";
    notes?: boolean;
}

/** Decoration: the name stands beside it. */
export function Avatar({ id, name, size = "l", notes = false }: AvatarProps) {
    return (
        <span className={`avatar avatar--${size} hue-${notes ? 5 : hue(id)}`} aria-hidden="true">
            {notes ? <Bookmark size="45%" strokeWidth={2} /> : initials(name)}
        </span>
    );
}
