import { AppError } from '@laurel/contracts';
import { excelInvalid, readXml } from './xml.ts';
import type { ZipArchive } from './zip.ts';

export interface Workbook {
  sheetPath: string;
  sheetName: string;
  sheetCount: number;
  /** days are counted from 1904 instead of 1900 */
  uses1904: boolean;
  hasMacros: boolean;
  /** per cell style: whether numbers in it are dates */
  isDateStyle: boolean[];
  sharedStrings: string[];
}

/** What is needed to read the first visible sheet of a workbook. */
export async function readWorkbook(zip: ZipArchive): Promise<Workbook> {
  if (zip.has('xl/workbook.bin')) {
    throw new AppError(
      'FORMAT_UNSUPPORTED',
      'The file is a binary Excel workbook (.xlsb). Save it as .xlsx and send that.',
    );
  }
  if (!zip.has('xl/workbook.xml')) {
    throw excelInvalid('there is no workbook in it; it may be another kind of document or a ZIP archive');
  }
  const { sheets, uses1904 } = await readSheets(zip);
  const sheet = sheets.find((one) => one.visible) ?? sheets[0];
  if (!sheet) throw excelInvalid('it has no sheet');
  const targets = await readRelations(zip);
  const target = targets.get(sheet.relation);
  const sheetPath = target === undefined ? undefined : partPath(target);
  if (sheetPath === undefined || !zip.has(sheetPath)) throw excelInvalid('its first sheet is missing');
  return {
    sheetPath,
    sheetName: sheet.name,
    sheetCount: sheets.length,
    uses1904,
    hasMacros: zip.names.some((name) => name.endsWith('vbaProject.bin')),
    isDateStyle: await readStyles(zip),
    sharedStrings: await readSharedStrings(zip),
  };
}

interface Sheet {
  name: string;
  relation: string;
  visible: boolean;
}

async function readSheets(zip: ZipArchive): Promise<{ sheets: Sheet[]; uses1904: boolean }> {
  const sheets: Sheet[] = [];
  let uses1904 = false;
  await readXml(zip.read('xl/workbook.xml'), {
    open: (name, attributes) => {
      if (name === 'workbookPr') uses1904 = ['1', 'true', 'on'].includes(attributes.get('date1904') ?? '');
      if (name !== 'sheet') return;
      const relation = [...attributes].find(([key]) => key.endsWith(':id'))?.[1] ?? '';
      sheets.push({
        name: attributes.get('name') ?? '',
        relation,
        visible: (attributes.get('state') ?? 'visible') === 'visible',
      });
    },
  });
  return { sheets, uses1904 };
}

async function readRelations(zip: ZipArchive): Promise<Map<string, string>> {
  const targets = new Map<string, string>();
  if (!zip.has('xl/_rels/workbook.xml.rels')) return targets;
  await readXml(zip.read('xl/_rels/workbook.xml.rels'), {
    open: (name, attributes) => {
      if (name === 'Relationship' && attributes.get('TargetMode') !== 'External') {
        targets.set(attributes.get('Id') ?? '', attributes.get('Target') ?? '');
      }
    },
  });
  return targets;
}

/** Targets are relative to xl/, or absolute within the archive. The name is only ever looked up in the archive. */
function partPath(target: string): string {
  return target.startsWith('/') ? target.slice(1) : `xl/${target}`;
}

async function readSharedStrings(zip: ZipArchive): Promise<string[]> {
  const strings: string[] = [];
  if (!zip.has('xl/sharedStrings.xml')) return strings;
  const collector = textCollector();
  await readXml(zip.read('xl/sharedStrings.xml'), {
    open: (name) => {
      if (name === 'si') collector.start();
      collector.open(name);
    },
    close: (name) => {
      collector.close(name);
      if (name === 'si') strings.push(collector.take());
    },
    text: (text) => collector.text(text),
  });
  return strings;
}

/** Joins the runs of a rich text (`t` elements), without the reading aids of Japanese texts (`rPh`). */
export function textCollector() {
  let parts = '';
  let inText = false;
  let inPhonetic = false;
  return {
    start: () => {
      parts = '';
    },
    open: (name: string) => {
      if (name === 't') inText = true;
      else if (name === 'rPh') inPhonetic = true;
    },
    close: (name: string) => {
      if (name === 't') inText = false;
      else if (name === 'rPh') inPhonetic = false;
    },
    text: (text: string) => {
      if (inText && !inPhonetic) parts += text;
    },
    take: (): string => {
      const taken = parts;
      parts = '';
      // _x000D_ and the like stand for characters that XML cannot hold
      return taken.replaceAll(/_x([0-9A-Fa-f]{4})_/g, (_, code: string) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      );
    },
  };
}

/** Built-in formats that show a day (ECMA-376 part 1, 18.8.30); formats of hours alone stay numbers, as shares of a day. */
const builtInDates = new Set([14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);

async function readStyles(zip: ZipArchive): Promise<boolean[]> {
  const isDate: boolean[] = [];
  if (!zip.has('xl/styles.xml')) return isDate;
  const custom = new Map<number, string>();
  let inCellFormats = false;
  await readXml(zip.read('xl/styles.xml'), {
    open: (name, attributes) => {
      if (name === 'numFmt') custom.set(Number(attributes.get('numFmtId')), attributes.get('formatCode') ?? '');
      else if (name === 'cellXfs') inCellFormats = true;
      else if (name === 'xf' && inCellFormats) {
        const id = Number(attributes.get('numFmtId') ?? 0);
        const code = custom.get(id);
        isDate.push(code === undefined ? builtInDates.has(id) : showsDay(code));
      }
    },
    close: (name) => {
      if (name === 'cellXfs') inCellFormats = false;
    },
  });
  return isDate;
}

/** Whether a format code shows years or days, outside of quoted text, escapes, colours and conditions. */
export function showsDay(code: string): boolean {
  const plain = code
    .split(';')[0]!
    .replaceAll(/"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g, '')
    .replaceAll(/general/gi, '');
  return /[yd]/i.test(plain);
}
