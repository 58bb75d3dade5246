import { createReadStream } from 'node:fs';
import { AppError, type Finding } from '@laurel/contracts';
import type { RawTable } from '../../infer/raw.ts';
import type { TableLimits } from '../../limits.ts';
import { readSheet } from './sheet.ts';
import { readWorkbook } from './workbook.ts';
import { openZip } from './zip.ts';

/** Reads the first visible sheet of an .xlsx file. Macros are never run; links to other files are not followed. */
export async function readXlsxFile(
  path: string,
  nulls: readonly string[] | undefined,
  limits: TableLimits,
  minColumns = 2,
): Promise<{ raw: RawTable; findings: Finding[] }> {
  const zip = await openZip(path, limits.maxUnpackedBytes);
  return readSheet(zip, await readWorkbook(zip), { nulls, limits, minColumns });
}

/** The error for a file in the old container format: a protected workbook, or a workbook of before 2007 (.xls). */
export async function oldOfficeError(path: string): Promise<AppError> {
  const name = Buffer.from('EncryptedPackage', 'utf16le');
  let overlap = Buffer.alloc(0);
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    const window = Buffer.concat([overlap, chunk]);
    if (window.includes(name)) {
      return new AppError(
        'EXCEL_ENCRYPTED',
        'The file is protected with a password. Save it without one and send that.',
      );
    }
    overlap = window.subarray(-name.byteLength);
  }
  return new AppError(
    'FORMAT_UNSUPPORTED',
    'The file is of the old format .xls. Save it as .xlsx or CSV and send that.',
  );
}
