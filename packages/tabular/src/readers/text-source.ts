import { AppError, type ParseOptions } from '@laurel/contracts';

export type Encoding = NonNullable<ParseOptions['encoding']>;

/**
 * The encoding by byte order mark, else by where the zero bytes of a text lie, else UTF-8; an option wins over all.
 * ENCODING_UNSUPPORTED for UTF-32.
 */
export function detectEncoding(head: Uint8Array, given: ParseOptions['encoding']): Encoding {
  const [a, b, c, d] = head;
  if ((a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)) {
    throw new AppError(
      'ENCODING_UNSUPPORTED',
      'The file is written in UTF-32, which Laurel does not read. Save it as UTF-8.',
    );
  }
  if (given) return given;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return zeroPattern(head) ?? 'utf-8';
}

/** UTF-16 without a mark: in text of mostly ASCII nearly every second byte is zero, always at the same side. */
function zeroPattern(head: Uint8Array): Encoding | undefined {
  const pairs = Math.floor(Math.min(head.byteLength, 4096) / 2);
  let even = 0;
  let odd = 0;
  for (let i = 0; i < pairs; i++) {
    if (head[2 * i] === 0) even++;
    if (head[2 * i + 1] === 0) odd++;
  }
  if (pairs < 2) return undefined;
  if (odd > 0.7 * pairs && even === 0) return 'utf-16le';
  return even > 0.7 * pairs && odd === 0 ? 'utf-16be' : undefined;
}

/** Bytes as chunks of UTF-8, without a byte order mark. UTF-8 itself is passed on unchecked: the tokenizer checks it. */
export async function* utf8Chunks(bytes: AsyncIterable<Uint8Array>, encoding: Encoding): AsyncGenerator<Uint8Array> {
  if (encoding === 'utf-8') {
    let first = true;
    for await (const chunk of bytes) {
      yield first ? withoutMark(chunk) : chunk;
      first = false;
    }
    return;
  }
  const convert = toUtf8(encoding);
  for await (const chunk of bytes) yield convert(chunk, false);
  yield convert(new Uint8Array(0), true);
}

/** A converter of consecutive chunks; to be called with `last` once. ENCODING_INVALID for impossible UTF-16. */
export function toUtf8(encoding: Encoding): (chunk: Uint8Array, last: boolean) => Uint8Array {
  const decoder = new TextDecoder(encoding, { fatal: encoding !== 'windows-1252' });
  const encoder = new TextEncoder();
  let lines = 1;
  return (chunk, last) => {
    try {
      const text = decoder.decode(chunk, { stream: !last });
      for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
      return encoder.encode(text);
    } catch (error) {
      throw new AppError(
        'ENCODING_INVALID',
        `The text after line ${lines} is not valid ${encoding.toUpperCase()}. Save the file as UTF-8, or say its encoding, for example encoding=windows-1252.`,
        { cause: error, details: { line: lines } },
      );
    }
  };
}

export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
