import { ApprovalsScreen } from '@/screens/promotion/approvals-screen.tsx';

export default function ApprovalsPage() {
  return <ApprovalsScreen />;
}
