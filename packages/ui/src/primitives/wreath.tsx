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
        d="M12 21.2C6.6 20.4 3.4 16.4 3.6 10.6M12 21.2c5.4-.8 8.6-4.8 8.4-10.6"
        stroke="currentColor"
        strokeWidth="1.4"
        strokeLinecap="round"
      />
      <g fill="currentColor">
        {leaves.map(([x, y, turn]) => (
          <g key={`${x},${y}`}>
            <path d={leaf} transform={`translate(${x} ${y}) rotate(${turn})`} />
            <path d={leaf} transform={`translate(${24 - x} ${y}) scale(-1 1) rotate(${turn})`} />
          </g>
        ))}
      </g>
    </svg>
  );
}

const leaf = 'M0 0C1.7-1.5 1.9-3.8 0-5.6C-1.9-3.8-1.7-1.5 0 0Z';
const leaves = [
  [3.6, 10.8, 8],
  [3.7, 13.4, -52],
  [4.0, 13.2, 44],
  [4.9, 16.6, -72],
  [5.1, 16.2, 28],
  [7.6, 19.3, -92],
  [7.7, 18.8, 8],
] as const;
