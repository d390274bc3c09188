import { Monitor, Moon, Sun } from "lucide-react";
import { useCommonWords } from "../words/common";
import { type Language, setLanguage, useLanguage } from "../words/locale";
import { Segments } from "./Field";
import { setTheme, type Theme, useTheme } from "./theme";

export function LanguageSwitch() {
  const common = useCommonWords();
  const language = useLanguage();
  return (
    <Segments<Language>
      label={common.language}
      value={language}
      onChange={setLanguage}
      options={[
        { value: "en", label: "EN", title: common.english },
        { value: "fr", label: "FR", title: common.french },
      ]}
    />
  );
}

export function ThemeSwitch() {
  const common = useCommonWords();
  const theme = useTheme();
  return (
    <Segments<Theme>
      label={common.theme}
      value={theme}
      onChange={setTheme}
      options={[
        { value: "system", label: <Monitor aria-hidden className="size-4" />, title: common.themeSystem },
        { value: "light", label: <Sun aria-hidden className="size-4" />, title: common.themeLight },
        { value: "dark", label: <Moon aria-hidden className="size-4" />, title: common.themeDark },
      ]}
    />
  );
}
