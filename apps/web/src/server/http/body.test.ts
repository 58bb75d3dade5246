import { describe, expect, it } from 'vitest';
import { boundedChunks, readBody } from './body.ts';

const megabyte = 1024 * 1024;

function streamOf(chunks: number): ReadableStream<Uint8Array> {
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent++ === chunks) controller.close();
      else controller.enqueue(new Uint8Array(megabyte));
    },
  });
}
const post = (body: BodyInit | ReadableStream<Uint8Array>, signal?: AbortSignal) =>
  new Request('http://localhost/', {
    method: 'POST',
    body: body as BodyInit,
    duplex: 'half',
    ...(signal ? { signal } : {}),
  } as RequestInit);

describe('boundedChunks', () => {
  it('keeps nothing of what it has handed on', async () => {
    const { signal } = new AbortController();
    let bytes = 0;
    for await (const chunk of boundedChunks(post(streamOf(400), signal), null, 500 * megabyte, 'FILE_TOO_LARGE')) {
      bytes += chunk.length;
    }
    expect(bytes).toBe(400 * megabyte);
    expect(process.memoryUsage().arrayBuffers).toBeLessThan(200 * megabyte);
  });

  it('stops reading as soon as the limit is passed', async () => {
    let pulled = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(megabyte));
      },
    });
    await expect(readBody(post(endless), 3 * megabyte)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
    expect(pulled).toBeLessThan(10);
  });

  it('ends when the client goes away, though the stream hangs', async () => {
    const gone = new AbortController();
    const hanging = new ReadableStream<Uint8Array>({ pull: () => new Promise(() => undefined) });
    setTimeout(() => gone.abort(), 10);
    await expect(readBody(post(hanging, gone.signal))).rejects.toMatchObject({ code: 'LENGTH_MISMATCH' });
  });
});
