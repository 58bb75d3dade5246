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
  /** without one the answer holds an invitation */
  password?: string;
  projectId?: string;
}

export function useAddUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (user: NewUser) => api.post<User & { invitation: { url: string } | null }>('/users', user),
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

export function useSetUserRole() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, role }: { id: string; role: NewUser['role'] }) => api.patch<User>(`/users/${id}`, { role }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['users'] }),
  });
}

export function useResetPassword() {
  return useMutation({
    mutationFn: ({ id, password }: { id: string; password: string }) =>
      api.post(`/users/${id}/reset-password`, { password }),
  });
}

export function useChangePassword() {
  return useMutation({ mutationFn: (input: { current: string; next: string }) => api.post('/password', input) });
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
