import type { DatasetView, ParseOptions } from '@laurel/contracts';
import { apiPath, failureOf, offline } from './api.ts';

export interface UploadProgress {
  sentBytes: number;
  totalBytes: number;
}

const mediaTypes: Record<string, string> = {
  csv: 'text/csv',
  tsv: 'text/csv',
  txt: 'text/csv',
  parquet: 'application/vnd.apache.parquet',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  ndjson: 'application/x-ndjson',
  jsonl: 'application/x-ndjson',
};

/** What a file picker offers. */
export const acceptedFiles = '.csv,.tsv,.txt,.csv.gz,.gz,.parquet,.xlsx,.ndjson,.jsonl';

export function extensionOf(name: string): string {
  return name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : '';
}

/** Whether options such as delimiter and encoding mean anything for this file. */
export function isText(name: string): boolean {
  return (mediaTypes[extensionOf(name)] ?? 'text/csv') === 'text/csv';
}

/**
 * Streams a file to the API. XMLHttpRequest, because fetch cannot tell how much was sent.
 * Throws ApiFailure, or a DOMException named AbortError when `signal` says so.
 */
export function uploadDataset(
  file: File,
  options: {
    projectId?: string | undefined;
    parse: ParseOptions;
    signal: AbortSignal;
    onProgress: (progress: UploadProgress) => void;
  },
): Promise<DatasetView> {
  const { parse, signal } = options;
  const path = apiPath('/datasets', {
    name: file.name.replace(/\.[A-Za-z0-9]{1,8}$/, '').slice(0, 200) || 'Dataset',
    projectId: options.projectId,
    encoding: parse.encoding,
    delimiter: parse.delimiter,
    decimal: parse.decimal,
    header: parse.header,
    nulls: parse.nulls?.join(','),
  });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.setRequestHeader('content-type', mediaTypes[extensionOf(file.name)] ?? 'text/csv');
    request.upload.onprogress = (event) => options.onProgress({ sentBytes: event.loaded, totalBytes: file.size });
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(JSON.parse(request.responseText) as DatasetView);
      else reject(failureOf(request.status, request.responseText));
    };
    request.onerror = () => reject(offline());
    request.onabort = () => reject(new DOMException('The upload was cancelled.', 'AbortError'));
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(file);
  });
}
