/** The strings of the chosen language, for views. */

import { createContext, useContext } from "react";
import type { Messages } from "../i18n";
import { en } from "../i18n/en";

/** Provided once at the root. */
export const MessagesContext = createContext<Messages>(en);

/** The strings to show. */
export function useMessages(): Messages {
    return useContext(MessagesContext);
}
