import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from '@hono/zod-openapi';
import { openApiDocument } from '../docs/openapi.ts';
import { docsPage } from '../docs/page.ts';
import { defineRoute, type RouteEntry } from '../http/define-route.ts';
import { installedFile } from '../installed-file.ts';

const assets = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
} as const;

const asset = (file: keyof typeof assets) =>
  defineRoute({
    method: 'get',
    path: `/docs/${file}`,
    auth: 'public',
    action: null,
    tag: 'Documentation',
    summary: `Part of the documentation page: ${file}`,
    produces: [assets[file].split(';')[0]!],
    handler: async () => {
      const bytes = await readFile(installedFile(`swagger-ui-dist/${file}`));
      return new Response(new Uint8Array(bytes), {
        headers: { 'content-type': assets[file], 'cache-control': 'public, max-age=86400' },
      });
    },
  });

/** The document describes every route, its own too, so the list is read when it is asked for. */
export const docsRoutes = (routes: () => readonly RouteEntry[]): RouteEntry[] => [
  defineRoute({
    method: 'get',
    path: '/openapi.json',
    auth: 'public',
    action: null,
    tag: 'Documentation',
    summary: 'This API as an OpenAPI 3.1 document',
    response: z.record(z.string(), z.unknown()),
    handler: async ({ platform }) => {
      const document = openApiDocument(routes(), { version: platform.env.version, serverUrl: '/api/v1' });
      return { body: document as Record<string, unknown> };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/docs',
    auth: 'public',
    action: null,
    tag: 'Documentation',
    summary: 'A page to read and try this API',
    produces: ['text/html'],
    handler: async () => docsPage(randomBytes(16).toString('base64')),
  }),
  asset('swagger-ui.css'),
  asset('swagger-ui-bundle.js'),
];
