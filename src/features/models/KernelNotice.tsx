// Under the text: that this GPU gives wrong numbers, which kernels, and what is done about it. Nothing where all is right.
import { useState } from 'react';
import { useStore } from 'zustand';
import { useStores } from '../../stores/react.ts';
import { Button } from '../../ui/controls/Button.tsx';
import { Notice } from '../../ui/controls/Notice.tsx';
import { kernelsStore } from './kernels.ts';
import { faultWords } from './kernelWords.ts';

export function KernelNotice() {
  const stores = useStores();
  const report = useStore(kernelsStore.of(stores), state => state.report);
  const [dismissed, setDismissed] = useState('');
  if (report === null) return null;
  const { replaced, broken } = faultWords(report);
  const look = <Button onClick={() => stores.view.getState().open('models')}>The report</Button>;
  return (
    <>
      {broken !== '' && (
        <Notice tone="bad" action={look}>
          {broken}
        </Notice>
      )}
      {replaced !== '' && replaced !== dismissed && (
        <Notice tone="warn" action={look} onDismiss={() => setDismissed(replaced)}>
          {replaced}
        </Notice>
      )}
    </>
  );
}
