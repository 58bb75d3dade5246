import { ApiKeys } from '@/screens/settings/api-keys.tsx';

export default function ApiKeysPage() {
  return <ApiKeys />;
}
