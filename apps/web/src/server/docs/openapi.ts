import { OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi';
import { datasetView, errorCodes, experimentPlan, experimentView, modelView } from '@laurel/contracts';
import type { RouteEntry } from '../http/define-route.ts';

/** The OpenAPI 3.1 document of the given routes; `serverUrl` is where they are served. */
export function openApiDocument(
  routes: readonly RouteEntry[],
  options: { version: string; serverUrl: string },
): unknown {
  const app = new OpenAPIHono();
  const registry = app.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'bearer', {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key (lrl_...), or the token of a session.',
  });
  const errorSchema = registry.register('Error', errorBody);
  // contracts' schemas are older than the extension that lets schemas be named, so named ones are made of their shapes
  const components = new Map<z.ZodType, z.ZodType>();
  for (const [name, schema] of Object.entries(named)) {
    components.set(schema, registry.register(name, z.object(schema.shape)));
  }
  for (const route of routes) {
    const response = route.response && (components.get(route.response) ?? route.response);
    registry.registerPath(pathOf({ ...route, response }, errorSchema));
  }
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Laurel',
      version: options.version,
      description:
        'Everything that the dashboard does. Errors always have the form {"error": {code, message, requestId, details}}; ids of things that you may not see answer like unknown ones.',
      license: { name: 'Apache-2.0' },
    },
    servers: [{ url: options.serverUrl }],
  });
}

const errorBody = z.object({
  error: z.object({
    code: z.enum(Object.keys(errorCodes) as [string, ...string[]]),
    message: z.string(),
    requestId: z.string(),
    details: z.record(z.string(), z.unknown()),
  }),
});

const named = {
  Dataset: datasetView,
  ExperimentPlan: experimentPlan,
  Experiment: experimentView,
  Model: modelView,
};

function pathOf(route: RouteEntry, error: z.ZodType): RouteConfig {
  const names = Object.keys(route.params);
  const body = bodyOf(route);
  return {
    method: route.method,
    path: route.path,
    operationId: operationId(route),
    summary: route.summary,
    tags: [route.tag],
    security: route.auth === 'actor' ? [{ bearer: [] }] : [],
    request: {
      ...(names.length > 0 ? { params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) } : {}),
      ...(route.query ? { query: route.query } : {}),
      ...(route.idempotent ? { headers: z.object({ 'Idempotency-Key': z.string().optional() }) } : {}),
      ...(body ? { body } : {}),
    },
    responses: {
      [route.status]: { description: route.status === 204 ? 'Done' : 'The answer', ...contentOf(route) },
      default: { description: 'What went wrong', content: { 'application/json': { schema: error } } },
    },
  } as RouteConfig;
}

function contentOf(route: RouteEntry) {
  const content: Record<string, { schema: unknown }> = {};
  if (route.response && route.status !== 204) content['application/json'] = { schema: route.response };
  for (const type of route.produces)
    content[type] ??= { schema: type === 'application/json' ? {} : { type: 'string' } };
  return Object.keys(content).length > 0 ? { content } : {};
}

function bodyOf(route: RouteEntry) {
  if (route.body) return { required: !route.bodyOptional, content: { 'application/json': { schema: route.body } } };
  if (!route.raw) return null;
  const file = { type: 'string', format: 'binary' };
  const schemaOf = (type: string) => {
    if (type === 'multipart/form-data') return { type: 'object', required: ['file'], properties: { file } };
    return type === 'application/json' && route.rawSchema ? route.rawSchema : file;
  };
  return { required: true, content: Object.fromEntries(route.raw.map((type) => [type, { schema: schemaOf(type) }])) };
}

/** `get /models/{id}/learning-curves` -> `getModelsByIdLearningCurves` */
function operationId(route: RouteEntry): string {
  const words = route.path
    .replace(/\{(\w+)\}/g, 'by $1')
    .split(/[^a-zA-Z0-9]+/)
    .filter(Boolean);
  return route.method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}
