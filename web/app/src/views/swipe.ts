/** Swiping a message sideways with a finger. */

import { useRef, type TouchEvent } from "react";

/** From here on a movement is a swipe and no longer a press. */
const BEGIN_PX = 12;
/** As far as a message follows the finger. */
const MOST_PX = 72;
/** Let go from here on, it does what it stands for. */
const ENOUGH_PX = 52;

interface Hold {
    readonly x: number;
    readonly y: number;
    /** Null until it is known whether the finger goes sideways or scrolls. */
    sideways: boolean | null;
    distance: number;
}

/** Handlers for an element that is swiped towards the end of the line. */
export function useSwipe(enabled: boolean, done: () => void) {
    const hold = useRef<Hold | null>(null);
    const show = (element: HTMLElement, distance: number) => {
        element.style.setProperty("--swipe", `${distance}px`);
        element.classList.toggle("message--swiped", distance >= ENOUGH_PX);
    };
    const release = (event: TouchEvent<HTMLElement>) => {
        const { current } = hold;
        hold.current = null;
        if (!current?.sideways) return;
        show(event.currentTarget, 0);
        if (event.type === "touchend" && current.distance >= ENOUGH_PX) done();
    };
    return {
        onTouchStart(event: TouchEvent<HTMLElement>) {
            const touch = event.touches[0];
            hold.current = enabled && touch && event.touches.length === 1 ? { x: touch.clientX, y: touch.clientY, sideways: null, distance: 0 } : null;
        },
        onTouchMove(event: TouchEvent<HTMLElement>) {
            const { current } = hold;
            const touch = event.touches[0];
            if (!current || !touch) return;
            const across = touch.clientX - current.x;
            const along = Math.abs(touch.clientY - current.y);
            current.sideways ??= Math.abs(across) > BEGIN_PX || along > BEGIN_PX ? across > BEGIN_PX && across > along : null;
            if (!current.sideways) return;
            current.distance = Math.min(MOST_PX, Math.max(0, across - BEGIN_PX));
            show(event.currentTarget, current.distance);
        },
        onTouchEnd: release,
        onTouchCancel: release,
    };
}
