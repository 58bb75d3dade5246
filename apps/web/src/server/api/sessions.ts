import type { RouteEntry } from '../http/define-route.ts';

export const sessionRoutes: RouteEntry[] = [];
