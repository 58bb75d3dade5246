import { Account } from '@/screens/settings/account.tsx';

export default function AccountPage() {
  return <Account />;
}
