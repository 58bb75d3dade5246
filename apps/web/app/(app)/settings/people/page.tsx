import { People } from '@/screens/settings/people.tsx';

export default function PeoplePage() {
  return <People />;
}
