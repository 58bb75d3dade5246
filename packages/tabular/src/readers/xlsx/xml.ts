import { AppError } from '@laurel/contracts';

export interface XmlHandler {
  /** name without its prefix; attributes by name as written, `r:id` too */
  open?: (name: string, attributes: Map<string, string>) => void;
  close?: (name: string) => void;
  text?: (text: string) => void;
}

/**
 * Reads the parts of a workbook as a stream of tags and texts. Document types and entities of a document's own are
 * refused: that closes the doors to files and network (XXE) and to entities that multiply without end.
 */
export async function readXml(chunks: AsyncIterable<Uint8Array>, handler: XmlHandler): Promise<void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let rest = '';
  try {
    for await (const chunk of chunks) rest = consume(rest + decoder.decode(chunk, { stream: true }), handler);
    rest += decoder.decode();
  } catch (error) {
    if (error instanceof TypeError) throw excelInvalid('it holds text that is not UTF-8', error);
    throw error;
  }
  if (rest.trim() !== '') throw excelInvalid('a part of it is cut off');
}

/** Handles all complete tags; answers the rest, which starts with text or an unfinished tag. */
function consume(text: string, handler: XmlHandler): string {
  let at = 0;
  for (;;) {
    const start = text.indexOf('<', at);
    if (start < 0) return text.slice(at);
    const end = markupEnd(text, start);
    if (end < 0) {
      if (text.length - at > 4_000_000) throw excelInvalid('it holds a tag without an end');
      return text.slice(at);
    }
    if (start > at) handler.text?.(withoutEntities(text.slice(at, start)));
    markup(text, start, end, handler);
    at = end;
  }
}

/** Position after the tag, comment or section that starts here; -1 when it is not complete. */
function markupEnd(text: string, start: number): number {
  const second = text.charCodeAt(start + 1);
  if (second === 33) {
    if (text.startsWith('<!--', start)) return after(text, '-->', start + 4);
    if (text.startsWith('<![CDATA[', start)) return after(text, ']]>', start + 9);
    if (text.length - start < 9) return -1;
    throw excelInvalid('it declares a document type, which no spreadsheet program writes');
  }
  if (second === 63) return after(text, '?>', start + 2);
  let end = text.indexOf('>', start);
  while (end >= 0 && insideQuotes(text, start, end)) end = text.indexOf('>', end + 1);
  return end < 0 ? -1 : end + 1;
}

function after(text: string, mark: string, from: number): number {
  const found = text.indexOf(mark, from);
  return found < 0 ? -1 : found + mark.length;
}

function insideQuotes(text: string, start: number, end: number): boolean {
  let quote = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (quote === 0 && (code === 34 || code === 39)) quote = code;
    else if (code === quote) quote = 0;
  }
  return quote !== 0;
}

function markup(text: string, start: number, end: number, handler: XmlHandler): void {
  const second = text.charCodeAt(start + 1);
  if (second === 63) return;
  if (second === 33) {
    if (text.startsWith('<![CDATA[', start)) handler.text?.(text.slice(start + 9, end - 3));
    return;
  }
  if (second === 47) {
    handler.close?.(localName(text.slice(start + 2, end - 1).trim()));
    return;
  }
  const selfClosing = text.charCodeAt(end - 2) === 47;
  const inner = text.slice(start + 1, selfClosing ? end - 2 : end - 1);
  const space = inner.search(/\s/);
  const name = localName(space < 0 ? inner : inner.slice(0, space));
  handler.open?.(name, space < 0 ? noAttributes : attributesOf(inner.slice(space)));
  if (selfClosing) handler.close?.(name);
}

const noAttributes: Map<string, string> = new Map();
const attribute = /([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

function attributesOf(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const match of text.matchAll(attribute)) found.set(match[1]!, withoutEntities(match[2] ?? match[3] ?? ''));
  return found;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const entities = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

function withoutEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replaceAll(/&([^;&\s]{1,12});?/g, (whole, name: string) => {
    const known = entities.get(name);
    if (known !== undefined && whole.endsWith(';')) return known;
    const code = /^#x([0-9a-f]{1,6})$/i.exec(name)?.[1];
    const point = code === undefined ? Number(/^#(\d{1,7})$/.exec(name)?.[1] ?? Number.NaN) : Number.parseInt(code, 16);
    if (!(point > 0 && point <= 0x10ffff)) throw excelInvalid(`it uses the unknown entity ${whole.slice(0, 20)}`);
    return String.fromCodePoint(point);
  });
}

export function excelInvalid(why: string, cause?: unknown): AppError {
  return new AppError(
    'EXCEL_INVALID',
    `The Excel file cannot be read: ${why}. Save it again as .xlsx and send that, or send CSV.`,
    {
      cause,
    },
  );
}
