/** The sign of Curlew: a wader with its long bill. */

/** Decoration: the name stands beside it. */
export function Logo({ size = 56 }: { size?: number }) {
    return (
        <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
            <rect width="64" height="64" rx="15" fill="#14758a" />
            <path
                fill="#fff"
                d="M23.500 11c-6 0-10.500 4.600-10.500 10.500 0 8.500-.5 13-6 30.500h25.500c-2-8-2-15-.3-23.500 9.800.8 18.300 7 24.300 19.500-1.200-17-10.500-28-24-29.300C30.700 14 27.600 11 23.500 11z"
            />
            <circle cx="24.500" cy="20" r="1.900" fill="#14758a" />
        </svg>
    );
}
