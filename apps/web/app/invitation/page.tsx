import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { Invitation } from '@/screens/invitation.tsx';

export const metadata: Metadata = { title: 'Invitation', referrer: 'no-referrer' };

export default async function InvitationPage() {
  await headers();
  return <Invitation />;
}
