"""The page shell and components (页面骨架、组件), shown on the style page /design/."""
