import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, newId } from '@laurel/contracts';
import { blobKeys, createBlobStore } from '@laurel/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Platform } from '../platform.ts';
import { fileLabel, receiveFile } from './receive-file.ts';

const limit = 2 * 1024 * 1024;
let directory: string;
let platform: Platform;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'laurel-upload-'));
  platform = { env: { maxUploadBytes: limit }, blobs: createBlobStore({ kind: 'files', directory }) } as Platform;
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** Files below the store's directory, with their sizes. */
async function left(): Promise<string[]> {
  const names = await readdir(directory, { recursive: true });
  const files = await Promise.all(
    names.map(async (name) => ((await stat(join(directory, name))).isFile() ? [name] : [])),
  );
  return files.flat();
}
const post = (body: BodyInit | ReadableStream<Uint8Array>, headers: Record<string, string>, signal?: AbortSignal) =>
  new Request('http://localhost/api/v1/datasets', {
    method: 'POST',
    body: body as BodyInit,
    headers,
    duplex: 'half',
    ...(signal ? { signal } : {}),
  } as RequestInit);
const receive = (request: Request) => receiveFile(platform, request, blobKeys.datasetSource(newId('dataset')));
const codeOf = async (request: Request) => {
  try {
    await receive(request);
    return 'accepted';
  } catch (error) {
    return error instanceof AppError ? error.code : `something else: ${error}`;
  }
};
function slowly(chunks: Uint8Array[], end: (controller: ReadableStreamDefaultController<Uint8Array>) => void) {
  const rest = [...chunks];
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = rest.shift();
      if (next) controller.enqueue(next);
      else end(controller);
    },
  });
}
function form(
  parts: [string, string, { filename?: string; type?: string }?][],
  closed = true,
): { body: string; type: string } {
  const boundary = 'b0undary';
  const text = parts.map(([name, value, file]) => {
    const disposition = `form-data; name="${name}"${file?.filename === undefined ? '' : `; filename="${file.filename}"`}`;
    return `--${boundary}\r\nContent-Disposition: ${disposition}\r\n${file ? `Content-Type: ${file.type ?? 'text/csv'}\r\n` : ''}\r\n${value}\r\n`;
  });
  return {
    body: text.join('') + (closed ? `--${boundary}--\r\n` : ''),
    type: `multipart/form-data; boundary=${boundary}`,
  };
}
const sendForm = (given: { body: string; type: string }) => post(given.body, { 'content-type': given.type });

describe('receiveFile', () => {
  const csv = 'a,b\n1,2\n';
  const sha256 = createHash('sha256').update(csv).digest('hex');

  it('keeps a raw body with its hash', async () => {
    const file = await receive(post(csv, { 'content-type': 'text/csv; charset=utf-8', 'content-length': '8' }));
    expect(file).toEqual({ name: null, contentType: 'text/csv', bytes: 8, sha256 });
  });

  it('keeps the file of a form, named by its label alone', async () => {
    const file = await receive(
      sendForm(form([['file', csv, { filename: '..\\..\\x/adult.csv', type: 'application/vnd.ms-excel' }]])),
    );
    expect(file).toEqual({ name: 'adult', contentType: 'text/csv', bytes: 8, sha256 });
  });

  it('leaves nothing of what it refuses', async () => {
    const before = await left();
    const big = new Uint8Array(limit + 1);
    const half = new TextEncoder().encode('a,b\n1,');
    const gone = new AbortController();
    const text = { 'content-type': 'text/csv' };
    expect(await codeOf(post(big, text))).toBe('FILE_TOO_LARGE');
    expect(await codeOf(post('', { ...text, 'content-length': String(limit + 1) }))).toBe('FILE_TOO_LARGE');
    const endless = slowly(
      Array.from({ length: 100 }, () => new Uint8Array(65_536)),
      () => undefined,
    );
    expect(await codeOf(post(endless, text))).toBe('FILE_TOO_LARGE');
    expect(await codeOf(post(csv, { ...text, 'content-length': '9' }))).toBe('LENGTH_MISMATCH');
    expect(
      await codeOf(
        post(
          slowly([half], (c) => c.error(new Error('aborted'))),
          text,
        ),
      ),
    ).toBe('LENGTH_MISMATCH');
    const hanging = slowly([half], () => setTimeout(() => gone.abort(), 5));
    expect(await codeOf(post(hanging, text, gone.signal))).toBe('LENGTH_MISMATCH');
    expect(await codeOf(sendForm(form([['file', 'x'.repeat(limit + 1), { filename: 'a.csv' }]])))).toBe(
      'FILE_TOO_LARGE',
    );
    expect(await codeOf(sendForm(form([['file', csv, { filename: 'a.csv' }]], false)))).toBe('LENGTH_MISMATCH');
    expect(
      await codeOf(
        sendForm(
          form([
            ['file', csv, { filename: 'a.csv' }],
            ['name', 'x'],
          ]),
        ),
      ),
    ).toBe('UNKNOWN_FIELD');
    expect(
      await codeOf(
        sendForm(
          form([
            ['file', csv, { filename: 'a.csv' }],
            ['file', csv, { filename: 'b.csv' }],
          ]),
        ),
      ),
    ).not.toBe('accepted');
    expect(await left()).toEqual(before);
  });

  it.each([
    ['a type that is no table', 'image/png', 'CONTENT_TYPE_UNSUPPORTED'],
    ['JSON that names files', 'application/json', 'CONTENT_TYPE_UNSUPPORTED'],
    ['no type', '', 'CONTENT_TYPE_UNSUPPORTED'],
    ['a prototype for a type', '__proto__', 'CONTENT_TYPE_UNSUPPORTED'],
    ['a form without a boundary', 'multipart/form-data', 'PARAMETER_INVALID'],
  ])('refuses %s', async (_, type, code) => {
    expect(await codeOf(post(csv, { 'content-type': type }))).toBe(code);
  });

  it.each([
    ['no part', form([]), 'PARAMETER_INVALID'],
    ['a field of another name', form([['upload', csv, { filename: 'a.csv' }]]), 'UNKNOWN_FIELD'],
    ['a text instead of a file', form([['file', csv]]), 'UNKNOWN_FIELD'],
    ['a picture', form([['file', 'x', { filename: 'a.png', type: 'image/png' }]]), 'CONTENT_TYPE_UNSUPPORTED'],
  ])('refuses a form with %s', async (_, given, code) => {
    expect(await codeOf(sendForm(given))).toBe(code);
  });
});

describe('fileLabel', () => {
  it.each([
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot'],
    ['..', null],
    ['a\r\nSet-Cookie: x=1.csv', 'aSet-Cookie: x=1'],
    ['\u202egnp.csv', 'gnp'],
    ['', null],
    ['x'.repeat(300), 'x'.repeat(200)],
  ])('%j becomes %j', (given, label) => {
    expect(fileLabel(given)).toBe(label);
  });
});
