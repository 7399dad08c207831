/** The sign of Curlew: a wader with its long bill. */

/** Decoration: the name stands beside it. */
export function Logo({ size = 56 }: { size?: number }) {
    return (
        <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
            <rect width="64" height="64" rx="15" fill="#14758a" />
            <path
                fill="#fff"
                d="M24 12c-8 0-13.500 6-13.500 13.500 0 9.500 1 18-2.500 26.500h25c-1.500-7-.5-12.500 2.500-18.500 8 1 14.500 6.500 19 16-.5-14.500-8.500-24-18-27C34.500 16 30 12 24 12z"
            />
            <circle cx="26.500" cy="22.500" r="2.300" fill="#14758a" />
        </svg>
    );
}
