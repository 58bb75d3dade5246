import { Suspense } from 'react';
import { CompareScreen } from '@/screens/compare/compare-screen.tsx';

export default function ComparePage() {
  return (
    <Suspense>
      <CompareScreen />
    </Suspense>
  );
}
