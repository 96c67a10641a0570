import { Check, Copy } from 'lucide-react';
import { useState } from 'react';
import { useApp } from '../api/app-context.tsx';
import { Button, IconButton } from './button.tsx';

function useCopy(): [copied: boolean, copy: (text: string) => Promise<void>] {
  const [copied, setCopied] = useState(false);
  const { ui } = useApp();
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      ui.notify('problem', 'The browser did not allow copying.', 'Select the text and copy it by hand.');
      return;
    }
    setCopied(true);
    setTimeout(() => setCopied(false), 1_500);
  };
  return [copied, copy];
}

/** A command or fingerprint, whole, with a copy button. */
export function CopyField({ text, label }: { text: string; label: string }) {
  const [copied, copy] = useCopy();
  return (
    <div className="flex items-start gap-1 rounded-md border border-line bg-sunken py-0.5 pr-0.5 pl-3">
      <code className="min-w-0 flex-1 py-1 wrap-anywhere whitespace-pre-wrap select-all">{text}</code>
      <IconButton label={copied ? 'Copied' : `Copy ${label}`} onClick={() => void copy(text)}>
        {copied ? <Check size={14} /> : <Copy size={14} />}
      </IconButton>
    </div>
  );
}

export function CopyButton({
  text,
  label,
  disabled = false,
}: {
  text: () => string;
  label: string;
  disabled?: boolean;
}) {
  const [copied, copy] = useCopy();
  return (
    <Button
      small
      disabled={disabled}
      icon={copied ? <Check size={13} /> : <Copy size={13} />}
      onClick={() => void copy(text())}
    >
      {copied ? 'Copied' : label}
    </Button>
  );
}
