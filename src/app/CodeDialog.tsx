// The code of a run, of a conversation where the text is one: two features meet here.
import { useMemo } from 'react';
import { useChat } from '../features/chat/useChat.ts';
import type { Message } from '../features/code/run.ts';
import { ViewCode } from '../features/code/ViewCode.tsx';

export function CodeDialog() {
  const prompt = useChat(s => s.shown?.prompt ?? null);
  const messages = useMemo((): readonly Message[] | null => {
    if (prompt === null) return null;
    const turns = prompt.turns.slice(prompt.omitted);
    return prompt.system === '' ? turns : [{ role: 'system', content: prompt.system }, ...turns];
  }, [prompt]);
  return <ViewCode messages={messages} />;
}
