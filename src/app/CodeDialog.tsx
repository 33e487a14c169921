// The code of a run, of a conversation where the text is one: two features meet here.
import { useMemo } from 'react';
import { useChat } from '../features/chat/useChat.ts';
import type { Message } from '../features/code/run.ts';
import { ViewCode } from '../features/code/ViewCode.tsx';

export function CodeDialog() {
  const prompt = useChat(s => s.shown?.prompt ?? null);
  const messages = useMemo((): readonly Message[] | null => {
    if (prompt === null) return null;
    const turns: Message[] = [];
    for (const { role, content } of prompt.turns.slice(prompt.omitted)) {
      // How a template is given calls and results differs: the text that it made is the same everywhere.
      if (role === 'tool') return null;
      turns.push({ role, content });
    }
    return prompt.system === '' ? turns : [{ role: 'system', content: prompt.system }, ...turns];
  }, [prompt]);
  return <ViewCode messages={messages} />;
}
