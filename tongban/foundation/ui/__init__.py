"""The page shell and its components (页面骨架、组件), demonstrated on the style page /design/."""
