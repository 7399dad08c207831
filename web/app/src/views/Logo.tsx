/** The sign of Curlew: a wader with its long bill. */

/** Decoration: the name stands beside it. */
export function Logo({ size = 56 }: { size?: number }) {
    return (
        <svg width={size} height={size} viewBox="0 0 64 64" aria-hidden="true">
            <rect width="64" height="64" rx="15" fill="#14758a" />
            <path
                fill="#fff"
                d="M24 12.500c-5.300 0-9.300 4.100-9.300 9.300 0 8.200-.7 14-6.200 29.700h24c-2.200-8-2.300-15.500-.2-24.500C42 28.500 50.500 35.500 57 47.500 53.500 31.500 45 20.800 32.300 18.300 31.200 14.800 28 12.500 24 12.500z"
            />
            <circle cx="24.500" cy="20.500" r="1.800" fill="#14758a" />
        </svg>
    );
}
