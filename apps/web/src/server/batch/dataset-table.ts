import { AppError } from '@laurel/contracts';
import { csvLine } from '../http/csv.ts';
import type { Platform } from '../platform.ts';
import { jsonOf } from '../serve-client.ts';

const pageRows = 1000;

interface RowsPage {
  total: number;
  columns: string[];
  rows: (string | number | boolean | null)[][];
}

/** A dataset's table as CSV, page by page, whatever the format of the file it came from. */
export function tableOfDataset(platform: Platform, datasetId: string, requestId: string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let offset = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const path = `/internal/datasets/${datasetId}/rows`;
      const query = { limit: pageRows, offset };
      const page = (await jsonOf(
        await platform.serve.ask({ method: 'GET', path, query, actor: null, requestId }),
      )) as RowsPage;
      const head = offset === 0 ? csvLine(page.columns) : '';
      controller.enqueue(encoder.encode(head + page.rows.map(csvLine).join('')));
      offset += page.rows.length;
      if (offset >= page.total) controller.close();
      else if (page.rows.length === 0) {
        controller.error(new AppError('INTERNAL', 'The table ended before its announced number of rows.'));
      }
    },
  });
}
