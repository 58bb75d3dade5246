import { defineConfig } from 'vitest/config';

export default defineConfig({ test: { name: 'bench', pool: 'forks', include: ['**/*.test.ts'] } });
