import { Home } from '@/screens/home/home.tsx';

export default function HomePage() {
  return <Home />;
}
