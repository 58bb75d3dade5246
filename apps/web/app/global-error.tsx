'use client';

/** The last net: the layout itself failed, so nothing of it can be used here. */
export default function GlobalError({ reset }: { error: Error; reset: () => void }) {
  return (
    <html lang="en">
      <head>
        <title>Laurel has a problem</title>
      </head>
      <body>
        <h1>Laurel could not draw this page</h1>
        <p>The server may be restarting. Try again in a moment.</p>
        <button type="button" onClick={reset}>
          Try again
        </button>
      </body>
    </html>
  );
}
