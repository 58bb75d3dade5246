import { deflateRawSync } from 'node:zlib';

export interface ZipPart {
  name: string;
  content: string | Uint8Array;
  /** a lie about the size, for bombs */
  declaredBytes?: number;
  flags?: number;
  unixMode?: number;
}

/** A ZIP archive with these parts, deflated. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const part of parts) {
    const name = Buffer.from(part.name);
    const content = Buffer.from(part.content as Uint8Array);
    const packed = deflateRawSync(content);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(part.flags ?? 0, 2);
    common.writeUInt16LE(8, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.byteLength, 14);
    common.writeUInt32LE(part.declaredBytes ?? content.byteLength, 18);
    common.writeUInt16LE(name.byteLength, 22);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(((part.unixMode ?? 0o100644) << 16) >>> 0, 6);
    rest.writeUInt32LE(offset, 10);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, packed]);
    locals.push(local);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x03', 'latin1'), common, rest, name]));
    offset += local.byteLength;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(central.byteLength, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, central, end]);
}

export interface BookOptions {
  sheets?: string[];
  sharedStrings?: string;
  styles?: string;
  date1904?: boolean;
  extra?: ZipPart[];
}

/** The parts of a workbook whose first sheet has this `sheetData`. */
export function bookParts(sheetData: string, options: BookOptions = {}): ZipPart[] {
  const names = options.sheets ?? ['Data'];
  const sheets = names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="rId${i + 1}"/>`).join('');
  const relations = names.map(
    (_, i) => `<Relationship Id="rId${i + 1}" Type="x" Target="worksheets/sheet${i + 1}.xml"/>`,
  );
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  return [
    { name: '[Content_Types].xml', content: `${head}<Types/>` },
    {
      name: 'xl/workbook.xml',
      content: `${head}<workbook>${options.date1904 ? '<workbookPr date1904="1"/>' : ''}<sheets>${sheets}</sheets></workbook>`,
    },
    { name: 'xl/_rels/workbook.xml.rels', content: `${head}<Relationships>${relations.join('')}</Relationships>` },
    ...(options.sharedStrings ? [{ name: 'xl/sharedStrings.xml', content: head + options.sharedStrings }] : []),
    ...(options.styles ? [{ name: 'xl/styles.xml', content: head + options.styles }] : []),
    ...names.map((_, i) => ({
      name: `xl/worksheets/sheet${i + 1}.xml`,
      content: `${head}<worksheet><dimension ref="A1:XFD1048576"/><sheetData>${i === 0 ? sheetData : ''}</sheetData></worksheet>`,
    })),
    ...(options.extra ?? []),
  ];
}

/** `sheetData` of plain values: texts inline, numbers as numbers, null left out. */
export function sheetDataOf(rows: readonly (readonly (string | number | null)[])[]): string {
  const cell = (value: string | number | null): string => {
    if (value === null) return '<c/>';
    return typeof value === 'number' ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t>${value}</t></is></c>`;
  };
  return rows.map((row, index) => `<row r="${index + 1}">${row.map(cell).join('')}</row>`).join('');
}

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (0xedb88320 & -(crc & 1));
  }
  return (crc ^ 0xffffffff) >>> 0;
}
