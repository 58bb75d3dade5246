// Who may import whom. The table in docs/architecture.md says the same in words; a change here changes it there.
const ours = 'contracts|evaluation|access|tabular|trees|automl|deploy|queue|db|storage|ui|pool';

/** What each package may import of ours. Anything else is an error. */
const mayImport = {
  contracts: [],
  evaluation: [],
  trees: [],
  access: ['contracts'],
  tabular: ['contracts'],
  queue: ['contracts'],
  storage: ['contracts'],
  db: ['contracts', 'access'],
  automl: ['contracts', 'evaluation', 'tabular', 'trees'],
  pool: ['contracts', 'tabular', 'automl'],
  ui: ['contracts'],
};

const packageRules = Object.entries(mayImport).map(([name, allowed]) => ({
  name: `${name}-imports`,
  comment: `packages/${name} may import of ours: ${allowed.join(', ') || 'nothing'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/`, pathNot: '[.]test[.]tsx?$|/testing(/|[.]ts$)' },
  to: {
    path: `^packages/(${ours})/`,
    pathNot: `^packages/(${[name, ...allowed].join('|')})/`,
  },
}));

/** A library that one place owns. */
const only = (name, library, owner, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^(apps|packages)/', pathNot: owner },
  to: { path: library },
});

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-package-imports-an-app', severity: 'error', from: { path: '^packages/' }, to: { path: '^apps/' } },
    {
      name: 'no-app-imports-another-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '[.](integration[.])?test[.]ts$' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'nothing-past-exports',
      comment: 'Import a package by its name; what is not in its "exports" is its own business.',
      severity: 'error',
      from: { path: '^(apps|packages)/([^/]+)/' },
      to: {
        path: '^packages/([^/]+)/src/.+',
        pathNot: [
          '^$1/$2/',
          '^packages/[^/]+/src/index[.]tsx?$',
          '^packages/tabular/src/(random|readers/index)[.]ts$',
          '^packages/automl/src/(catalog|search/insight)[.]ts$',
          '^packages/pool/src/child/entry[.]ts$',
          '^packages/db/src/(migrate|testing)[.]ts$',
          '^packages/access/src/auth/index[.]ts$',
          '^packages/db/src/embedded/index[.]ts$',
          '^packages/ui/src/([^/]+/index[.]tsx?|format[.]ts)$',
        ],
      },
    },
    ...packageRules,
    {
      name: 'web-is-thin',
      comment: 'apps/web asks serve for what needs the engine or the data; it takes only plain catalogs of the engine.',
      severity: 'error',
      from: { path: '^apps/web/', pathNot: '[.]test[.]tsx?$' },
      to: {
        path: '^packages/(automl|tabular|trees|pool|deploy)/',
        pathNot: '^packages/(automl|deploy)/src/catalog[.]ts$|^packages/automl/src/search/insight[.]ts$',
      },
    },
    {
      name: 'screens-are-browser-safe',
      comment: 'Screens and the client know no database, queue or store.',
      severity: 'error',
      from: { path: '^apps/web/src/(screens|client)/' },
      to: { path: '^packages/(db|queue|storage|access)/|^apps/web/src/server/' },
    },
    only(
      'bullmq-only-in-queue',
      'node_modules/(bullmq|ioredis)/',
      '^packages/queue/|[.](integration[.])?test[.]ts$',
      'The queue hides its backend.',
    ),
    only(
      'prisma-only-in-db',
      'node_modules/(@prisma|prisma)/',
      '^packages/db/',
      'Rows are reached through repositories.',
    ),
    only(
      'pg-only-in-db',
      'node_modules/pg/',
      '^packages/(db|queue)/|[.](integration[.])?test[.]ts$',
      'Rows are reached through repositories.',
    ),
    only(
      'charts-only-in-ui',
      'node_modules/recharts/',
      '^packages/ui/src/charts/',
      'Charts are drawn from ChartSpec in one place.',
    ),
    only(
      'duckdb-only-in-readers',
      'node_modules/@duckdb/',
      '^packages/tabular/src/readers/',
      'Files are parsed in a locked-down child.',
    ),
    only('tfjs-only-in-automl', 'node_modules/@tensorflow/', '^packages/automl/', "Networks are the engine's."),
    only(
      'better-auth-only-in-access',
      'node_modules/(better-auth|@better-auth)/',
      '^packages/access/',
      'Who may do what is decided in one place.',
    ),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // anchored: a bare "dist/" would also drop node_modules/*/dist and switch the library rules off
    exclude: { path: '^(apps|packages)/[^/]+/(dist|build|[.]next|assembly)/|src/generated|next-env[.]d[.]ts' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.depcruise.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
