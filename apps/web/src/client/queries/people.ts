'use client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '../api.ts';
import type { ApiKey, Page, User } from '../types.ts';

export function useUsers(enabled = true) {
  return useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => api.get<Page<User>>('/users', { limit: 200 }, signal),
    select: (page) => page.items,
    enabled,
  });
}

export interface NewUser {
  email: string;
  name: string;
  role: 'admin' | 'viewer' | 'editor' | 'approver';
  password: string;
  projectId?: string;
}

export function useAddUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (user: NewUser) => api.post<User>('/users', user),
    onSuccess: () => client.invalidateQueries(),
  });
}

export function useDeleteUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/users/${id}`),
    onSuccess: () => client.invalidateQueries(),
  });
}

export function useApiKeys() {
  return useQuery({
    queryKey: ['api-keys'],
    queryFn: ({ signal }) => api.get<Page<ApiKey>>('/api-keys', { limit: 200 }, signal),
    select: (page) => page.items,
  });
}

export function useAddApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { name: string; scopes?: string[]; expiresAt?: string }) =>
      api.post<{ id: string; key: string }>('/api-keys', input),
    onSuccess: () => client.invalidateQueries({ queryKey: ['api-keys'] }),
  });
}

export function useRevokeApiKey() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/api-keys/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['api-keys'] }),
  });
}
