/** The laurel wreath: Laurel's mark, and the champion's. Takes the colour of the text. */
export function Wreath({ className, title }: { className?: string; title?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={className}
      fill="none"
      role={title ? 'img' : undefined}
      aria-hidden={title ? undefined : true}
      aria-label={title}
    >
      <path
        d="M11.42 19.68A8.3 8.3 0 0 1 5.83 5.85M12.58 19.68A8.3 8.3 0 0 0 18.17 5.85"
        stroke="currentColor"
        strokeWidth="1.1"
        strokeLinecap="round"
      />
      <g fill="currentColor">
        {leaves.map(([x, y, turn]) => (
          <g key={`${x},${turn}`}>
            <path d={leaf} transform={`translate(${x} ${y}) rotate(${turn})`} />
            <path d={leaf} transform={`translate(${24 - x} ${y}) scale(-1 1) rotate(${turn})`} />
          </g>
        ))}
      </g>
    </svg>
  );
}

/** A leaf that points up from its stem at the origin. */
const leaf = 'M0 0C1.7-1.1 1.9-3.2 0-5C-1.9-3.2-1.7-1.1 0 0Z';

/** x, y and turn in degrees of the leaves of the left twig, from the knot upwards. */
const leaves = [
  [9.99, 19.45, -114],
  [9.99, 19.45, -38],
  [6.45, 17.57, -86],
  [6.45, 17.57, -10],
  [4.2, 14.24, -58],
  [4.2, 14.24, 18],
  [3.78, 10.24, -30],
  [3.78, 10.24, 46],
  [5.29, 6.52, 22],
] as const;
